using System.CommandLine;

namespace Delg.Cli.Model;

/// <summary><c>delg model</c>: what concerns weights files themselves.</summary>
internal sealed class ModelCommand : Command
{
    public ModelCommand()
        : base("model", "Look into weights, or give them defaults of ranking.")
    {
        Add(new ModelShowCommand());
        Add(new ModelTuneCommand());
    }
}
