namespace Delg.Model.Weights.Import;

/// <summary>A file of tensors that another program wrote. What it holds is known at once; data are read when asked for.</summary>
public abstract class Checkpoint : IDisposable
{
    /// <summary>Longest data of one tensor that are read, in bytes.</summary>
    public const long MaxTensorBytes = 2_000_000_000;

    /// <summary>What kind of file it is, in words.</summary>
    public abstract string Format { get; }

    /// <summary>Whether convolutions lie as height, width, inputs, outputs and matrices as inputs, outputs (TensorFlow).</summary>
    public virtual bool IsOutputsLast => false;

    /// <summary>The tensors by name.</summary>
    public abstract IReadOnlyDictionary<string, CheckpointTensor> Tensors { get; }

    /// <summary>Reads one tensor whose <see cref="CheckpointTensor.Type"/> is known.</summary>
    /// <exception cref="WeightsFormatException">Its data are damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public abstract StoredTensor Read(string name);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
