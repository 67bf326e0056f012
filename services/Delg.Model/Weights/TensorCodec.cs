using static TorchSharp.torch;

namespace Delg.Model.Weights;

/// <summary>Torch tensors to stored ones and back.</summary>
internal static class TensorCodec
{
    public static bool IsFinite(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.isfinite().all().item<bool>();
    }

    /// <exception cref="WeightsFormatException">A finite value is too large for the type.</exception>
    public static StoredTensor Store(string name, Tensor tensor, ElementType type)
    {
        using var scope = NewDisposeScope();
        Tensor converted = tensor.detach().cpu().to_type(ScalarTypeOf(type)).contiguous();
        if (!IsFinite(converted))
            throw new WeightsFormatException($"Tensor \"{name}\" has values that do not fit {type}.");
        return new StoredTensor(name, type, converted.shape, converted.bytes.ToArray());
    }

    /// <summary>The tensor's values as float32.</summary>
    /// <exception cref="WeightsFormatException">A value is not finite.</exception>
    public static Tensor ToFloat32(StoredTensor stored)
    {
        using var scope = NewDisposeScope();
        Tensor raw = empty([.. stored.Shape], ScalarTypeOf(stored.Type));
        stored.Data.Span.CopyTo(raw.bytes);
        Tensor values = raw.to_type(ScalarType.Float32);
        if (!IsFinite(values))
            throw new WeightsFormatException($"Tensor \"{stored.Name}\" has values that are not finite.");
        return values.MoveToOuterDisposeScope();
    }

    private static ScalarType ScalarTypeOf(ElementType type) => type switch
    {
        ElementType.F32 => ScalarType.Float32,
        ElementType.F16 => ScalarType.Float16,
        ElementType.BF16 => ScalarType.BFloat16,
        ElementType.I8 => ScalarType.Int8,
        ElementType.U8 => ScalarType.Byte,
        ElementType.I64 => ScalarType.Int64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
