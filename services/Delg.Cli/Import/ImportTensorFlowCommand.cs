using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Model.Weights.Import.TensorFlow;

namespace Delg.Cli.Import;

/// <summary><c>delg import tf</c>: a SavedModel's variables or a training run's checkpoint.</summary>
internal sealed class ImportTensorFlowCommand : VerbCommand
{
    private readonly Argument<string> _checkpoint = new("DIR")
    {
        Description = "A SavedModel's folder, a folder with one checkpoint, or a checkpoint's .index file.",
    };

    private readonly ImportArguments _import;

    public ImportTensorFlowCommand()
        : base(
            "tf",
            "Import a TensorFlow checkpoint: the DELG models that Google released (TF-slim), or one of the open-source TensorFlow 2 training code.",
            "delg import tf r50delg_gldv2clean_20200914",
            "delg import tf train_logs/delf_weights.index --threshold 100 --out mine.safetensors")
    {
        Add(_checkpoint);
        _import = new ImportArguments(this);
    }

    protected override Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(_checkpoint);
        using var checkpoint = TensorBundle.Open(path);
        _import.Run(arguments, checkpoint, path, terminal);
        return Task.FromResult(ExitCode.Done);
    }
}
