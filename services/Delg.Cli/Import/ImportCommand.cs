using System.CommandLine;
using Delg.Cli.Backup;

namespace Delg.Cli.Import;

/// <summary><c>delg import</c>: others' weights into ours, or a backup into a collection. Each kind of file is a verb of its own below it.</summary>
internal sealed class ImportCommand : Command
{
    public ImportCommand()
        : base("import", "Make weights of ones that another program saved, or a collection of its backup.")
    {
        Add(new ImportTensorFlowCommand());
        Add(new ImportTorchCommand());
        Add(new ImportCollectionCommand());
    }
}
