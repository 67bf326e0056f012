using Delg.Model.Weights;
using static TorchSharp.torch;

namespace Delg.Training.Checkpoints;

/// <summary>Float32 tensors to bytes and back, exactly.</summary>
internal static class TensorStorage
{
    public static StoredTensor Store(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        return new StoredTensor(name, ElementType.F32, tensor.shape, tensor.detach().cpu().to_type(ScalarType.Float32).contiguous().bytes.ToArray());
    }

    /// <exception cref="WeightsFormatException">The stored tensor has another type or shape.</exception>
    public static void Restore(StoredTensor stored, Tensor target)
    {
        if (stored.Type != ElementType.F32 || !stored.Shape.SequenceEqual(target.shape))
            throw new WeightsFormatException($"Tensor \"{stored.Name}\" is not a float32 tensor of shape [{string.Join(", ", target.shape)}].");
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor value = empty(target.shape);
        stored.Data.Span.CopyTo(value.bytes);
        target.copy_(value);
    }
}
