using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Model.Weights.Import.Torch;

namespace Delg.Cli.Import;

/// <summary><c>delg import torch</c>: a file of <c>torch.save</c>, or safetensors.</summary>
internal sealed class ImportTorchCommand : VerbCommand
{
    private readonly Argument<FileInfo> _file = new("FILE")
    {
        Description = "A state dictionary as .pth, .pt or .pyth (with or without a checkpoint around it), or a .safetensors file.",
    };

    private readonly ImportArguments _import;

    public ImportTorchCommand()
        : base(
            "torch",
            "Import PyTorch weights: feymanpriv's DELG, our own, or a torchvision or pycls ResNet as a trunk to train from.",
            "delg import torch model_epoch_0100.pyth --name feymanpriv-r50",
            "delg import torch resnet50.pth --out trunk.safetensors")
    {
        Add(_file);
        _import = new ImportArguments(this);
    }

    protected override Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(_file).ToString();
        using var checkpoint = TorchCheckpoint.OpenAny(path);
        _import.Run(arguments, checkpoint, path, terminal);
        return Task.FromResult(ExitCode.Done);
    }
}
