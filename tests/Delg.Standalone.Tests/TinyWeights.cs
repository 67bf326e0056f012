using Delg.Model.Network;
using Delg.Model.Weights;
using TorchSharp;

namespace Delg.Standalone.Tests;

/// <summary>A network small enough for tests: right in form, random in content.</summary>
internal static class TinyWeights
{
    public static string WriteTo(string folder)
    {
        var layout = new ModelLayout { Units = new StageUnits(1, 1, 1, 1), Width = 4, GlobalDimension = 64, LocalDimension = 16, AttentionDimension = 8 };
        var manifest = new ModelManifest { Name = "tiny", Layout = layout, Scales = [0.5f, 1f], GlobalScaleIndices = [0, 1], MaxLocalFeatures = 200 };
        var path = Path.Combine(folder, "tiny.safetensors");
        torch.manual_seed(1);
        using var network = new DelgNetwork(layout);
        DelgWeights.Save(path, network, manifest, WeightStorage.Float32);
        return path;
    }
}
