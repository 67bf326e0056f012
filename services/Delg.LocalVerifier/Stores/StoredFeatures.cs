using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Delg.Contracts.Descriptors;
using Delg.LocalVerifier.Matching;
using Delg.V1;
using Google.Protobuf;

namespace Delg.LocalVerifier.Stores;

/// <summary>
/// The stored form of an image's local features, version 1, little-endian: a header of 36 bytes (<c>DLF</c> and the version; length of the whole
/// value; CRC-32C of all that follows it; bytes of the model id, encoding, 0; width; height; features; dim; INT8 scale), the model id filled up with
/// zeros to a multiple of 4, then positions, scales, scores as float32 and the packed descriptors. A value that was cut or changed is told from a
/// whole one.
/// </summary>
internal readonly struct StoredFeatures
{
    private const uint Signature = 'D' | ('L' << 8) | ('F' << 16);
    private const byte Version = 1;
    private const int ChecksumEnd = 12;
    private const int HeaderLength = 36;
    private const int FloatsOfFeature = 4;

    private readonly ReadOnlyMemory<byte> _columns;

    private StoredFeatures(ReadOnlyMemory<byte> whole)
    {
        var value = whole.Span;
        var modelIdLength = BinaryPrimitives.ReadUInt16LittleEndian(value[12..]);
        Encoding = (DescriptorEncoding)value[14];
        Width = BinaryPrimitives.ReadUInt32LittleEndian(value[16..]);
        Height = BinaryPrimitives.ReadUInt32LittleEndian(value[20..]);
        Count = BinaryPrimitives.ReadInt32LittleEndian(value[24..]);
        Dim = BinaryPrimitives.ReadInt32LittleEndian(value[28..]);
        Int8Scale = BinaryPrimitives.ReadSingleLittleEndian(value[32..]);
        ModelId = System.Text.Encoding.UTF8.GetString(value.Slice(HeaderLength, modelIdLength));
        _columns = whole[(HeaderLength + Padded(modelIdLength))..];
        if (_columns.Length != Count * ((FloatsOfFeature * sizeof(float)) + DescriptorCodec.BytesPerFeature(Encoding, Dim)))
            throw new InvalidDataException($"{_columns.Length} bytes of columns do not hold {Count} features of {Dim} components.");
    }

    public string ModelId { get; }

    public uint Width { get; }

    public uint Height { get; }

    public int Count { get; }

    public int Dim { get; }

    public DescriptorEncoding Encoding { get; }

    public float Int8Scale { get; }

    private ReadOnlyMemory<byte> Descriptors => _columns[(Count * FloatsOfFeature * sizeof(float))..];

    /// <summary>The value to store for a message that has been checked.</summary>
    public static byte[] Write(LocalFeatures features)
    {
        var modelId = System.Text.Encoding.UTF8.GetBytes(features.ModelId);
        var count = features.Count();
        var columns = HeaderLength + Padded(modelId.Length);
        var value = new byte[columns + (count * FloatsOfFeature * sizeof(float)) + features.Descriptors.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(value, Signature | (Version << 24));
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(4), value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(value.AsSpan(12), checked((ushort)modelId.Length));
        value[14] = (byte)features.Encoding;
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(16), features.ImageSize.Width);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(20), features.ImageSize.Height);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(24), count);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(28), features.Dim);
        BinaryPrimitives.WriteSingleLittleEndian(value.AsSpan(32), features.Int8Scale);
        modelId.CopyTo(value, HeaderLength);
        var target = WriteFloats(features.Positions, value.AsSpan(columns));
        target = WriteFloats(features.Scales, target);
        target = WriteFloats(features.Scores, target);
        features.Descriptors.Span.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(8), Crc32C.Of(value.AsSpan(ChecksumEnd)));
        return value;
    }

    /// <summary>Reads a value.</summary>
    /// <exception cref="InvalidDataException">It is not of this form, or not whole.</exception>
    public static StoredFeatures Read(ReadOnlyMemory<byte> whole)
    {
        var value = whole.Span;
        if (value.Length < HeaderLength)
            throw new InvalidDataException($"{value.Length} bytes are shorter than the header.");
        var signature = BinaryPrimitives.ReadUInt32LittleEndian(value);
        if ((signature & 0xFFFFFF) != Signature)
            throw new InvalidDataException("The value does not begin as local features do.");
        if (signature >> 24 != Version)
            throw new InvalidDataException($"The value has version {signature >> 24}; this program reads {Version}.");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(value[4..]);
        if (length != value.Length)
            throw new InvalidDataException($"The value has {value.Length} bytes where {length} were written.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(value[8..]) != Crc32C.Of(value[ChecksumEnd..]))
            throw new InvalidDataException("The value's checksum is wrong.");
        return new StoredFeatures(whole);
    }

    /// <summary>The features ready to be matched. They look at the value, which must not change meanwhile.</summary>
    public FeatureSet ToFeatureSet()
    {
        var positions = BitConverter.IsLittleEndian
            ? _columns[..(2 * Count * sizeof(float))]
            : MemoryMarshal.AsBytes(ReadFloats(0, 2 * Count).AsSpan()).ToArray();
        return FeatureSet.FromValid(ModelId, Width, Height, positions, Descriptors, Dim, Encoding);
    }

    /// <summary>The features as they were put, in the encoding they are stored in.</summary>
    public LocalFeatures ToMessage()
    {
        var features = new LocalFeatures
        {
            ModelId = ModelId,
            ImageSize = new ImageSize { Width = Width, Height = Height },
            Encoding = Encoding,
            Dim = (uint)Dim,
            Descriptors = ByteString.CopyFrom(Descriptors.Span),
            Int8Scale = Int8Scale,
        };
        features.Positions.AddRange(ReadFloats(0, 2 * Count));
        features.Scales.AddRange(ReadFloats(2 * Count, Count));
        features.Scores.AddRange(ReadFloats(3 * Count, Count));
        return features;
    }

    private static int Padded(int length) => (length + 3) & ~3;

    private static Span<byte> WriteFloats(IEnumerable<float> values, Span<byte> target)
    {
        foreach (var value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(target, value);
            target = target[sizeof(float)..];
        }

        return target;
    }

    private float[] ReadFloats(int start, int count)
    {
        var values = new float[count];
        var bytes = _columns.Span.Slice(start * sizeof(float), count * sizeof(float));
        if (BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        for (var i = 0; i < count; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        return values;
    }
}
