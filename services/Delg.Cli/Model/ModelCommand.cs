using System.CommandLine;

namespace Delg.Cli.Model;

/// <summary><c>delg model</c>: what concerns weights files themselves.</summary>
internal sealed class ModelCommand : Command
{
    public ModelCommand()
        : base("model", "Look into weights.")
    {
        Add(new ModelShowCommand());
    }
}
