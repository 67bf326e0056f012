using System.CommandLine;

namespace Delg.Cli.Key;

/// <summary><c>delg key</c>: who may call a gateway.</summary>
internal sealed class KeyCommand : Command
{
    public KeyCommand()
        : base("key", "Make, list and revoke API keys of a gateway.")
    {
        Add(new KeyNewCommand());
        Add(new KeyListCommand());
        Add(new KeyRevokeCommand());
    }
}
