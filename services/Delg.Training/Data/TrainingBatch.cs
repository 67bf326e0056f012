using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Training.Data;

/// <summary>One step's input.</summary>
/// <param name="Labels">The class of each sample.</param>
internal abstract record TrainingBatch(long[] Labels)
{
    /// <summary>What the losses start from.</summary>
    /// <returns>N × shallow channels × h × w in the network's compute type, and N × deep channels pooled, float32.</returns>
    public abstract (Tensor Shallow, Tensor Pooled) Features(DelgNetwork network, Device device);
}
