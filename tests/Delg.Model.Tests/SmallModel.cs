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

    public static DelgNetwork Network(int seed = 1, ModelLayout? layout = null)
    {
        var network = new DelgNetwork(layout ?? Layout);
        using IDisposable gradients = no_grad();
        using var scope = NewDisposeScope();
        // Not torch's generator: the whole process shares that one, and tests run beside each other.
        var random = new Random(seed);
        foreach ((string name, Tensor tensor) in network.state_dict().OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            (double low, double high) = Range(name, tensor);
            float[] values = [.. Enumerable.Range(0, (int)tensor.numel()).Select(_ => (float)(low + (high - low) * random.NextDouble()))];
            tensor.copy_(torch.tensor(values).reshape(tensor.shape));
        }
        return network;
    }

    /// <summary>Weights that neither die out nor grow from layer to layer, and batch normalisation that is not the identity.</summary>
    private static (double Low, double High) Range(string name, Tensor tensor)
    {
        double width = tensor.dim() > 1 ? Math.Sqrt(6.0 / (tensor.numel() / tensor.shape[0])) : 0.1;
        bool scales = tensor.dim() == 1 && (name.EndsWith("weight", StringComparison.Ordinal) || name.EndsWith("running_var", StringComparison.Ordinal));
        return scales ? (0.5, 1.5) : (-width, width);
    }
}
