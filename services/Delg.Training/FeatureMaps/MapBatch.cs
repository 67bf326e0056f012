using Delg.Model.Network;
using Delg.Training.Data;
using static TorchSharp.torch;

namespace Delg.Training.FeatureMaps;

/// <summary>What the frozen trunk made of crops, as it was stored.</summary>
/// <param name="Shallow">Count × shallow channels × side × side, float16.</param>
/// <param name="Pooled">Count × deep channels, float32, after GeM.</param>
/// <param name="Shape">Of one crop's maps.</param>
/// <param name="Labels">The class of each crop.</param>
internal sealed record MapBatch(byte[] Shallow, byte[] Pooled, MapShape Shape, long[] Labels) : TrainingBatch(Labels)
{
    public override (Tensor Shallow, Tensor Pooled) Features(DelgNetwork network, Device device)
    {
        using var scope = NewDisposeScope();
        Tensor shallow = empty([Labels.Length, Shape.ShallowChannels, Shape.Side, Shape.Side], ScalarType.Float16);
        Shallow.CopyTo(shallow.bytes);
        Tensor pooled = empty(Labels.Length, Shape.DeepChannels);
        Pooled.CopyTo(pooled.bytes);
        shallow = shallow.to(device).to_type(network.ComputeType);
        pooled = pooled.to(device);
        scope.MoveToOuter(shallow, pooled);
        return (shallow, pooled);
    }
}
