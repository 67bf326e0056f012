using System.CommandLine;

namespace Delg.Cli.Import;

/// <summary><c>delg import</c>: others' weights into ours. Each kind of file is a verb of its own below it.</summary>
internal sealed class ImportCommand : Command
{
    public ImportCommand()
        : base("import", "Make weights of ones that another program saved.")
    {
        Add(new ImportTensorFlowCommand());
        Add(new ImportTorchCommand());
    }
}
