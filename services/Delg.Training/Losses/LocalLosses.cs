using Delg.Model.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Delg.Training.Losses;

/// <summary>
/// The two losses of the local head (DELG §3.3): classification of the attention-weighted mean of reconstructed features, and the
/// reconstruction itself. Neither reaches the trunk.
/// </summary>
internal sealed class LocalLosses
{
    /// <param name="weight">Classes × shallow channels: where the classifier begins.</param>
    /// <param name="bias">A value a class.</param>
    public LocalLosses(Tensor weight, Tensor bias)
    {
        Weight = new Parameter(weight);
        Bias = new Parameter(bias);
        Weight.DetachFromDisposeScope();
        Bias.DetachFromDisposeScope();
    }

    public Parameter Weight { get; }

    public Parameter Bias { get; }

    /// <summary>Cross-entropy of the attention, and mean squared error of the reconstruction.</summary>
    public (Tensor Attention, Tensor Reconstruction) Compute(DelgNetwork network, Tensor shallow, Tensor labels)
    {
        using var scope = NewDisposeScope();
        Tensor stopped = shallow.detach();
        Tensor target = stopped.to_type(ScalarType.Float32);
        Tensor rebuilt = network.Decode(network.Encode(target));
        Tensor reconstruction = nn.functional.mse_loss(rebuilt, target);
        Tensor pooled = Pool(rebuilt, network.Attention(stopped));
        Tensor attention = nn.functional.cross_entropy(nn.functional.linear(pooled, Weight, Bias), labels);
        scope.MoveToOuter(attention, reconstruction);
        return (attention, reconstruction);
    }

    /// <summary>Mean over positions of unit-length features times their scores.</summary>
    internal static Tensor Pool(Tensor features, Tensor scores)
    {
        using var scope = NewDisposeScope();
        return (nn.functional.normalize(features, dim: 1) * scores).mean([2, 3]).MoveToOuterDisposeScope();
    }
}
