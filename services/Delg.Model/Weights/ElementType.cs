namespace Delg.Model.Weights;

/// <summary>The element types a weights file may hold; the names are those of the safetensors format.</summary>
public enum ElementType
{
    F32,
    F16,
    BF16,
    I8,
    U8,
    I64,
}

internal static class ElementTypeSize
{
    /// <summary>Bytes an element takes.</summary>
    public static int InBytes(this ElementType type) => type switch
    {
        ElementType.I64 => 8,
        ElementType.F32 => 4,
        ElementType.F16 or ElementType.BF16 => 2,
        ElementType.I8 or ElementType.U8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
