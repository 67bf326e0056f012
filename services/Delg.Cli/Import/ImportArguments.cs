using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Model.Network;
using Delg.Model.Weights;
using Delg.Model.Weights.Import;

namespace Delg.Cli.Import;

/// <summary>The options that all imports have, and what they do with a checkpoint.</summary>
internal sealed class ImportArguments
{
    private static readonly Dictionary<string, ModelLayout> _layouts = new(StringComparer.Ordinal)
    {
        ["tf-slim"] = ModelLayout.TensorFlowSlim,
        ["keras"] = ModelLayout.Keras,
        ["torchvision"] = ModelLayout.Torchvision,
        ["resnet-v1"] = ModelLayout.ResNetV1,
        ["feymanpriv"] = ModelLayout.Feymanpriv,
    };

    private readonly Option<FileInfo?> _out = new("--out", "-o")
    {
        Description = "The weights file to write. Default: the model's name with '.safetensors' added, here.",
        HelpName = "F.safetensors",
    };

    private readonly Option<string?> _name = new("--name") { Description = "The model's name: letters, digits, '-', '.' and '_'. Default: what is imported." };

    private readonly Option<string?> _source = new("--source") { Description = "What the weights come from, for their manifest. Default: the family and what is imported." };

    private readonly Option<string?> _licence = new("--licence") { Description = "The weights' licence, for their manifest. The files do not tell it." };

    private readonly Option<float?> _threshold = new("--threshold")
    {
        Description = "Lowest attention score of a local feature. Default: the published one of a released model, known by its folder's name; else 0.",
    };

    private readonly Option<WeightStorage> _storage = new("--storage") { Description = "How weights are stored.", DefaultValueFactory = _ => WeightStorage.Float32 };

    private readonly Option<string?> _layout = new("--layout")
    {
        Description = "Strides, padding, epsilon and normalisation, where they are not those that go with the names.",
    };

    private readonly Option<int?> _stride = new("--local-stride") { Description = "Input pixels between neighbouring local features, 16 or 32, where they are not the layout's." };

    public ImportArguments(Command command)
    {
        _layout.AcceptOnlyFromAmong([.. _layouts.Keys]);
        _stride.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is not (null or 16 or 32))
                result.AddError("--local-stride must be 16 or 32.");
        });
        foreach (Option option in new Option[] { _out, _name, _source, _licence, _threshold, _storage, _layout, _stride })
            command.Add(option);
    }

    /// <summary>Imports and reports.</summary>
    public void Run(ParseResult arguments, Checkpoint checkpoint, string path, Terminal terminal)
    {
        var name = arguments.GetValue(_name) ?? ModelName.Of(path);
        var output = arguments.GetValue(_out)?.FullName ?? Path.GetFullPath(name + ".safetensors");
        if (output == Path.GetFullPath(path))
            throw new WrongUsageException($"The weights would be written over what is imported, {output}: name another file with --out.");
        var report = WeightsImport.Run(checkpoint, path, output, new ImportOptions
        {
            Name = name,
            Source = arguments.GetValue(_source),
            Licence = arguments.GetValue(_licence),
            AttentionThreshold = arguments.GetValue(_threshold),
            Storage = arguments.GetValue(_storage),
            Conventions = arguments.GetValue(_layout) is { } layout ? _layouts[layout] : null,
            LocalStridePixels = arguments.GetValue(_stride),
        });
        ImportReportWriter.Write(terminal, output, report);
    }
}
