using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Delg.V1;

namespace Delg.GlobalIndex.Exact;

/// <summary>A vector as the store keeps it: float32 or float16, little-endian, so that the file can be carried between machines.</summary>
internal static class VectorBlob
{
    public static byte[] Encode(ReadOnlySpan<float> vector, VectorStorage storage)
    {
        if (storage == VectorStorage.Float16)
        {
            var bytes = new byte[vector.Length * sizeof(ushort)];
            var halves = MemoryMarshal.Cast<byte, Half>(bytes.AsSpan());
            TensorPrimitives.ConvertToHalf(vector, halves);
            SwapOnBigEndian(MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan()));
            return bytes;
        }

        var copy = MemoryMarshal.AsBytes(vector).ToArray();
        SwapOnBigEndian(MemoryMarshal.Cast<byte, uint>(copy.AsSpan()));
        return copy;
    }

    /// <param name="blob">What <see cref="Encode"/> gave; changed where the machine is big-endian.</param>
    /// <param name="storage">How it was encoded.</param>
    /// <param name="vector">As many components as the blob has.</param>
    public static void Decode(Span<byte> blob, VectorStorage storage, Span<float> vector)
    {
        if (storage == VectorStorage.Float16)
        {
            SwapOnBigEndian(MemoryMarshal.Cast<byte, ushort>(blob));
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(blob), vector);
        }
        else
        {
            SwapOnBigEndian(MemoryMarshal.Cast<byte, uint>(blob));
            MemoryMarshal.Cast<byte, float>(blob).CopyTo(vector);
        }
    }

    /// <summary>The vector that will be read back.</summary>
    public static float[] Rounded(float[] vector, VectorStorage storage)
    {
        if (storage != VectorStorage.Float16)
            return vector;
        var halves = new Half[vector.Length];
        TensorPrimitives.ConvertToHalf(vector, halves);
        TensorPrimitives.ConvertToSingle(halves, vector);
        return vector;
    }

    private static void SwapOnBigEndian(Span<ushort> units)
    {
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(units, units);
    }

    private static void SwapOnBigEndian(Span<uint> units)
    {
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(units, units);
    }
}
