using Delg.Model.Network;
using Delg.Model.Weights;
using TorchSharp;

namespace Delg.Cli.Tests;

/// <summary>A weights file of a network small enough for tests: right in form, random in content.</summary>
internal static class TinyModel
{
    private static readonly Lazy<string> _path = new(Create);

    /// <summary>The file; made once a test run.</summary>
    public static string Path => _path.Value;

    public const int GlobalDim = 64;

    public const int LocalDim = 16;

    private static string Create()
    {
        var layout = new ModelLayout
        {
            Units = new StageUnits(1, 1, 1, 1),
            Width = 4,
            GlobalDimension = GlobalDim,
            LocalDimension = LocalDim,
            AttentionDimension = 8,
        };
        torch.random.manual_seed(1);
        using var network = new DelgNetwork(layout);
        var manifest = new ModelManifest
        {
            Name = "tiny",
            Layout = layout,
            Scales = [0.5f, 1f],
            GlobalScaleIndices = [0, 1],
            MaxLocalFeatures = 200,
        };
        var path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("delg-cli-tests-").FullName, "tiny.safetensors");
        DelgWeights.Save(path, network, manifest, WeightStorage.Float32);
        return path;
    }
}
