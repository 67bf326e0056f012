using Delg.Model.Network;

namespace Delg.Model.Weights;

/// <summary>A network with the weights of a file.</summary>
public sealed class DelgModel : IDisposable
{
    internal DelgModel(ModelId id, ModelManifest manifest, DelgNetwork network)
    {
        Id = id;
        Manifest = manifest;
        Network = network;
    }

    /// <summary>Names these weights.</summary>
    public ModelId Id { get; }

    public ModelManifest Manifest { get; }

    /// <summary>The network, float32, on the CPU, without folding.</summary>
    public DelgNetwork Network { get; }

    /// <summary>Numbers that training changes: weights and biases, without the stored statistics of batch normalisations.</summary>
    public long ParameterCount => Network.parameters().Sum(p => p.numel());

    public void Dispose() => Network.Dispose();
}
