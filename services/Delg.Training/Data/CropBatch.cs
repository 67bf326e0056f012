using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Training.Data;

/// <summary>Crops that the trunk has yet to see.</summary>
/// <param name="Pixels">Count × side × side × 3 bytes: R, G, B interleaved.</param>
/// <param name="Labels">The class of each crop.</param>
/// <param name="Side">Side of a crop in pixels.</param>
internal sealed record CropBatch(byte[] Pixels, long[] Labels, int Side) : TrainingBatch(Labels)
{
    public override (Tensor Shallow, Tensor Pooled) Features(DelgNetwork network, Device device)
    {
        using var scope = NewDisposeScope();
        (Tensor shallow, Tensor deep) = network.Trunk(network.Normalize(CropTensor.Of(this, device)));
        Tensor pooled = network.Pool(deep);
        scope.MoveToOuter(shallow, pooled);
        return (shallow, pooled);
    }
}
