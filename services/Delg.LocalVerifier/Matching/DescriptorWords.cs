using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Delg.Contracts.Descriptors;
using Delg.V1;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// The form descriptors are compared in: 32-bit words. FLOAT32 one component a word, unit length. INT8 two components a word, widened to 16 bits so that
/// one multiply-add takes both exactly. BINARY 32 components a word. The last word is filled up with zeros.
/// </summary>
internal static class DescriptorWords
{
    public static int PerFeature(DescriptorEncoding encoding, int dim) => encoding switch
    {
        DescriptorEncoding.Float32 => dim,
        DescriptorEncoding.Int8 => (dim + 1) / 2,
        _ => (dim + 31) / 32,
    };

    /// <summary>Words of all features.</summary>
    /// <param name="packed">As <see cref="DescriptorCodec"/> packs them.</param>
    /// <param name="count">Features.</param>
    /// <param name="dim">Components a feature.</param>
    /// <param name="encoding">How <paramref name="packed"/> is packed.</param>
    /// <param name="inverseNorms">Filled with 1 / length of each feature as held, 0 for a zero vector; not touched for BINARY.</param>
    public static uint[] From(ReadOnlySpan<byte> packed, int count, int dim, DescriptorEncoding encoding, Span<float> inverseNorms)
    {
        switch (encoding)
        {
            case DescriptorEncoding.Float32:
                return FromFloats(packed, count, dim, inverseNorms);
            case DescriptorEncoding.Int8:
                return FromBytes(packed, count, dim, inverseNorms);
            default:
                var words = new uint[count * PerFeature(encoding, dim)];
                var wordBytes = MemoryMarshal.AsBytes(words.AsSpan());
                var stride = PerFeature(encoding, dim) * sizeof(uint);
                for (var feature = 0; feature < count; feature++)
                    packed.Slice(feature * (dim / 8), dim / 8).CopyTo(wordBytes[(feature * stride)..]);
                return words;
        }
    }

    /// <summary>Components of all features: FLOAT32 as they are, INT8 as integers (directions are kept, lengths are not). Not for BINARY.</summary>
    public static float[] ToFloats(ReadOnlySpan<uint> words, int count, int dim, DescriptorEncoding encoding)
    {
        if (encoding == DescriptorEncoding.Float32)
            return MemoryMarshal.Cast<uint, float>(words).ToArray();
        var components = new float[count * dim];
        var stride = 2 * PerFeature(encoding, dim);
        var shorts = MemoryMarshal.Cast<uint, short>(words);
        for (var feature = 0; feature < count; feature++)
        {
            for (var i = 0; i < dim; i++)
                components[(feature * dim) + i] = shorts[(feature * stride) + i];
        }

        return components;
    }

    private static uint[] FromFloats(ReadOnlySpan<byte> packed, int count, int dim, Span<float> inverseNorms)
    {
        var floats = DescriptorCodec.Decode(packed, dim, DescriptorEncoding.Float32, 0);
        for (var feature = 0; feature < count; feature++)
        {
            var row = floats.AsSpan(feature * dim, dim);
            // In double and in order: large finite values stay finite, and every machine gets the same bits.
            var squares = 0.0;
            foreach (var component in row)
                squares += (double)component * component;
            if (squares == 0)
                continue;
            var inverse = 1 / Math.Sqrt(squares);
            for (var i = 0; i < row.Length; i++)
                row[i] = (float)(row[i] * inverse);
            inverseNorms[feature] = 1;
        }

        return MemoryMarshal.Cast<float, uint>(floats).ToArray();
    }

    private static uint[] FromBytes(ReadOnlySpan<byte> packed, int count, int dim, Span<float> inverseNorms)
    {
        var words = new uint[count * PerFeature(DescriptorEncoding.Int8, dim)];
        var shorts = MemoryMarshal.Cast<uint, short>(words.AsSpan());
        var stride = shorts.Length / Math.Max(count, 1);
        Span<float> floats = stackalloc float[dim];
        for (var feature = 0; feature < count; feature++)
        {
            var bytes = MemoryMarshal.Cast<byte, sbyte>(packed.Slice(feature * dim, dim));
            var row = shorts.Slice(feature * stride, dim);
            TensorPrimitives.ConvertSaturating(bytes, row);
            // At most 1024 · 128² = 2²⁴: exact in a float whatever the order of the sum.
            TensorPrimitives.ConvertTruncating(bytes, floats);
            var squares = TensorPrimitives.SumOfSquares<float>(floats);
            inverseNorms[feature] = squares == 0 ? 0 : 1 / MathF.Sqrt(squares);
        }

        return words;
    }
}
