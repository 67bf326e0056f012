using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Delg.V1;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// Products of two descriptors as they are packed. Sums have one fixed order and exact terms (two floats' product fits a double, bytes are integers),
/// so every machine gets the same bits.
/// </summary>
internal static class DescriptorProducts
{
    /// <summary>Dot product of two descriptors of the same FLOAT32 or INT8 encoding; INT8 in units of its scale.</summary>
    public static double Dot(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, DescriptorEncoding encoding) => encoding == DescriptorEncoding.Float32
        ? Dot(MemoryMarshal.Cast<byte, float>(a), MemoryMarshal.Cast<byte, float>(b))
        : Dot(MemoryMarshal.Cast<byte, sbyte>(a), MemoryMarshal.Cast<byte, sbyte>(b));

    /// <summary>1 / length of a descriptor; 0 for a zero vector, which has no direction.</summary>
    public static double InverseLength(ReadOnlySpan<byte> descriptor, DescriptorEncoding encoding)
    {
        var squares = Dot(descriptor, descriptor, encoding);
        return squares > 0 ? 1 / Math.Sqrt(squares) : 0;
    }

    /// <summary>Bits in which two descriptors differ.</summary>
    public static int Hamming(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => (int)TensorPrimitives.HammingBitDistance<byte>(a, b);

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector512<double> low = default, high = default;
        var i = 0;
        for (; i + Vector512<float>.Count <= a.Length; i += Vector512<float>.Count)
        {
            var (lowA, highA) = Vector512.Widen(Vector512.Create(a.Slice(i, Vector512<float>.Count)));
            var (lowB, highB) = Vector512.Widen(Vector512.Create(b.Slice(i, Vector512<float>.Count)));
            low += lowA * lowB;
            high += highA * highB;
        }

        var eight = low + high;
        var four = eight.GetLower() + eight.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        var sum = two[0] + two[1];
        for (; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }

    private static int Dot(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b)
    {
        var sums = Vector256<int>.Zero;
        var i = 0;
        for (; i + Vector256<sbyte>.Count <= a.Length; i += Vector256<sbyte>.Count)
        {
            var (lowA, highA) = Vector256.Widen(Vector256.Create(a[i..]));
            var (lowB, highB) = Vector256.Widen(Vector256.Create(b[i..]));
            sums += SumsOfTwo(lowA, lowB) + SumsOfTwo(highA, highB);
        }

        var sum = Vector256.Sum(sums);
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    // Which two products are added depends on the machine, their sum in the end does not.
    private static Vector256<int> SumsOfTwo(Vector256<short> a, Vector256<short> b)
    {
        if (Avx2.IsSupported)
            return Avx2.MultiplyAddAdjacent(a, b);
        // 128 · 128 is the most a product of two bytes can be, and fits 16 bits.
        var (low, high) = Vector256.Widen(a * b);
        return low + high;
    }
}
