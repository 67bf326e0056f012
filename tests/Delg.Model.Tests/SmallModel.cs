using Delg.Model.Network;
using Delg.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Model.Tests;

/// <summary>A network of a few thousand random weights, shaped like the real one.</summary>
internal static class SmallModel
{
    public static ModelLayout Layout { get; } = new()
    {
        Units = new StageUnits(2, 1, 2, 1),
        Width = 4,
        Stride = StridePlacement.First1x1,
        GlobalDimension = 24,
        LocalDimension = 8,
        AttentionDimension = 16,
    };

    public static ModelManifest Manifest { get; } = new() { Name = "small", Layout = Layout, MaxImageSizePixels = 96, MaxLocalFeatures = 60 };

    public static DelgNetwork Network(long seed = 1, ModelLayout? layout = null)
    {
        torch.manual_seed(seed);
        var network = new DelgNetwork(layout ?? Layout);
        using IDisposable gradients = no_grad();
        using var scope = NewDisposeScope();
        // Batch normalisation starts as the identity, which would hide mistakes in folding.
        foreach ((string name, Tensor tensor) in network.state_dict())
        {
            if (tensor.dim() > 1)
                continue;
            if (name.EndsWith("bias", StringComparison.Ordinal) || name.EndsWith("running_mean", StringComparison.Ordinal))
                tensor.copy_(randn(tensor.shape) * 0.1);
            else
                tensor.copy_(rand(tensor.shape) + 0.5);
        }
        return network;
    }
}
