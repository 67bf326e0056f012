using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Delg.V1;

namespace Delg.Contracts.Descriptors;

/// <summary>
/// Packs local descriptors (rows of <c>dim</c> unit-length floats) into bytes and back. FLOAT32 keeps them, INT8 rounds them to signed bytes
/// with one scale an image, BINARY keeps signs (the paper's DELG★, first component in the most significant bit).
/// </summary>
public static class DescriptorCodec
{
    /// <summary>Bytes one descriptor takes.</summary>
    /// <param name="encoding">FLOAT32, INT8 or BINARY.</param>
    /// <param name="dim">Components, at least 1; a multiple of 8 for BINARY.</param>
    /// <exception cref="ArgumentOutOfRangeException">The encoding is not one of the three.</exception>
    public static int BytesPerFeature(DescriptorEncoding encoding, int dim) => encoding switch
    {
        DescriptorEncoding.Float32 => dim * sizeof(float),
        DescriptorEncoding.Int8 => dim,
        DescriptorEncoding.Binary => dim / 8,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "Not a packed encoding."),
    };

    /// <summary>Packs rows of floats.</summary>
    /// <param name="rows">count × dim components, finite, in [-1, 1].</param>
    /// <param name="dim">Components a row.</param>
    /// <param name="encoding">FLOAT32, INT8 or BINARY.</param>
    /// <param name="int8Scale">For INT8: a component is its byte × this; 0 otherwise.</param>
    public static byte[] Encode(ReadOnlySpan<float> rows, int dim, DescriptorEncoding encoding, out float int8Scale)
    {
        int8Scale = 0;
        var packed = new byte[rows.Length / dim * BytesPerFeature(encoding, dim)];
        switch (encoding)
        {
            case DescriptorEncoding.Float32:
                WriteFloats(rows, packed);
                break;
            case DescriptorEncoding.Int8:
                // A zero matrix still needs a scale that the receiver accepts.
                var largest = rows.IsEmpty ? 0 : MathF.Abs(TensorPrimitives.MaxMagnitude(rows));
                int8Scale = largest > 0 ? largest / sbyte.MaxValue : 1f / sbyte.MaxValue;
                for (var i = 0; i < rows.Length; i++)
                    packed[i] = (byte)(sbyte)Math.Clamp(MathF.Round(rows[i] / int8Scale), -sbyte.MaxValue, sbyte.MaxValue);
                break;
            case DescriptorEncoding.Binary:
                for (var i = 0; i < rows.Length; i++)
                {
                    if (rows[i] > 0)
                        packed[i / 8] |= (byte)(0x80 >> (i % 8));
                }

                break;
        }

        return packed;
    }

    /// <summary>Unpacks to rows of floats: exact for FLOAT32, rounded for INT8, ±1/√dim for BINARY.</summary>
    /// <param name="packed">count × <see cref="BytesPerFeature"/> bytes.</param>
    /// <param name="dim">Components a row.</param>
    /// <param name="encoding">How <paramref name="packed"/> is packed.</param>
    /// <param name="int8Scale">The scale given by <see cref="Encode"/>; read for INT8 only.</param>
    public static float[] Decode(ReadOnlySpan<byte> packed, int dim, DescriptorEncoding encoding, float int8Scale)
    {
        var rows = new float[packed.Length / BytesPerFeature(encoding, dim) * dim];
        switch (encoding)
        {
            case DescriptorEncoding.Float32:
                ReadFloats(packed, rows);
                break;
            case DescriptorEncoding.Int8:
                for (var i = 0; i < rows.Length; i++)
                    rows[i] = (sbyte)packed[i] * int8Scale;
                break;
            case DescriptorEncoding.Binary:
                var magnitude = 1 / MathF.Sqrt(dim);
                for (var i = 0; i < rows.Length; i++)
                    rows[i] = (packed[i / 8] & (0x80 >> (i % 8))) != 0 ? magnitude : -magnitude;
                break;
        }

        return rows;
    }

    private static void WriteFloats(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
            return;
        }

        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes[(i * sizeof(float))..], values[i]);
    }

    private static void ReadFloats(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(values));
            return;
        }

        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
    }
}
