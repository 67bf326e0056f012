using System.Buffers.Binary;

namespace Delg.GlobalIndex.Milvus;

/// <summary>Vectors of half-precision numbers as Milvus takes them: two bytes a component, little-endian.</summary>
internal static class HalfPrecision
{
    public const int ComponentBytes = 2;

    /// <summary>Appends a vector, each component rounded to the nearest.</summary>
    public static void Write(IReadOnlyList<float> vector, Span<byte> bytes)
    {
        for (var i = 0; i < vector.Count; i++)
            BinaryPrimitives.WriteHalfLittleEndian(bytes[(i * ComponentBytes)..], (Half)vector[i]);
    }

    public static IEnumerable<float> Read(ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at += ComponentBytes)
            yield return (float)BinaryPrimitives.ReadHalfLittleEndian(bytes.Span[at..]);
    }
}
