using System.Buffers.Binary;

namespace Delg.Model.Weights.Import.TensorFlow;

/// <summary>
/// A table of LevelDB's format (doc/table_format.md), in memory: blocks of key and value pairs in the order of their keys, an index
/// block that says where they lie, and a footer that says where the index is. Every block's checksum is verified.
/// </summary>
internal static class SortedStringTable
{
    private const ulong Magic = 0xdb4775248b80fb57;
    private const int FooterBytes = 48;

    // Behind each block: how it is compressed, and the masked checksum of both.
    private const int TrailerBytes = 1 + sizeof(uint);

    private const int MaxBlockBytes = 64 * 1024 * 1024;

    // Prefix compression makes keys of nothing: what all keys take together is bounded.
    private const long MaxKeyBytes = 256 * 1024 * 1024;

    /// <summary>All pairs, in the table's order.</summary>
    /// <exception cref="WeightsFormatException">The table is damaged; the message says what is wrong.</exception>
    public static List<KeyValuePair<byte[], byte[]>> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < FooterBytes || BinaryPrimitives.ReadUInt64LittleEndian(file[^sizeof(ulong)..]) != Magic)
            throw new WeightsFormatException("The end is not that of an index of tensors: the file is cut short, or is something else.");
        ReadOnlySpan<byte> footer = file[^FooterBytes..];
        _ = Handle.Read(ref footer);
        var index = Handle.Read(ref footer);
        ReadOnlySpan<byte> blocks = file[..^FooterBytes];

        var pairs = new List<KeyValuePair<byte[], byte[]>>();
        long keyBytes = 0;
        long end = 0;
        foreach ((_, byte[] value) in Pairs(Block(blocks, index), ref keyBytes))
        {
            ReadOnlySpan<byte> bytes = value;
            var handle = Handle.Read(ref bytes);
            // Blocks lie one behind the other; an index that names one again and again would make a table without end.
            if (handle.Offset < end)
                throw new WeightsFormatException($"A block begins at byte {handle.Offset}, before the end of the one before it.");
            byte[] block = Block(blocks, handle);
            end = handle.Offset + handle.Size;
            pairs.AddRange(Pairs(block, ref keyBytes));
        }
        for (int i = 1; i < pairs.Count; i++)
        {
            if (pairs[i - 1].Key.AsSpan().SequenceCompareTo(pairs[i].Key) >= 0)
                throw new WeightsFormatException("Keys are not in order.");
        }
        return pairs;
    }

    private static byte[] Block(ReadOnlySpan<byte> blocks, Handle handle)
    {
        if (handle.Offset < 0 || handle.Size < 0 || handle.Offset > blocks.Length || handle.Size > blocks.Length - handle.Offset - TrailerBytes)
            throw new WeightsFormatException($"A block of {handle.Size} bytes at byte {handle.Offset} does not lie in the file.");
        ReadOnlySpan<byte> block = blocks.Slice((int)handle.Offset, (int)handle.Size + TrailerBytes);
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(block[^sizeof(uint)..]);
        if (Crc32C.Masked(Crc32C.Of(block[..^sizeof(uint)])) != stored)
            throw new WeightsFormatException($"The block at byte {handle.Offset} is damaged: its checksum is wrong.");
        ReadOnlySpan<byte> content = block[..^TrailerBytes];
        byte compression = block[^TrailerBytes];
        return compression switch
        {
            0 => content.ToArray(),
            1 => Snappy.Decompress(content, MaxBlockBytes),
            _ => throw new WeightsFormatException($"The block at byte {handle.Offset} is compressed in way {compression}; none and Snappy (1) are read."),
        };
    }

    private static List<KeyValuePair<byte[], byte[]>> Pairs(byte[] block, ref long keyBytes)
    {
        if (block.Length < sizeof(uint))
            throw new WeightsFormatException("A block is too short.");
        ReadOnlySpan<byte> rest = block;
        // Places where keys are whole, for searching; reading in order needs none.
        long restarts = BinaryPrimitives.ReadUInt32LittleEndian(rest[^sizeof(uint)..]);
        if (restarts > rest.Length / sizeof(uint) - 1)
            throw new WeightsFormatException("A block's restart points do not fit in it.");
        rest = rest[..^(int)((restarts + 1) * sizeof(uint))];

        var pairs = new List<KeyValuePair<byte[], byte[]>>();
        byte[] key = [];
        while (rest.Length > 0)
        {
            ulong shared = Varint.Read(ref rest), own = Varint.Read(ref rest);
            int valueBytes = Varint.ReadLength(ref rest);
            if (shared > (ulong)key.Length || own > (ulong)(rest.Length - valueBytes))
                throw new WeightsFormatException("A key does not fit in its block.");
            keyBytes += (long)shared + (long)own;
            if (keyBytes > MaxKeyBytes)
                throw new WeightsFormatException($"All keys together take more than {MaxKeyBytes} bytes.");
            key = [.. key.AsSpan(0, (int)shared), .. rest[..(int)own]];
            pairs.Add(new(key, rest.Slice((int)own, valueBytes).ToArray()));
            rest = rest[((int)own + valueBytes)..];
        }
        return pairs;
    }

    /// <summary>Where a block lies, without its trailer.</summary>
    private readonly record struct Handle(long Offset, long Size)
    {
        public static Handle Read(ref ReadOnlySpan<byte> bytes)
        {
            ulong offset = Varint.Read(ref bytes), size = Varint.Read(ref bytes);
            return new Handle((long)Math.Min(offset, long.MaxValue), (long)Math.Min(size, long.MaxValue));
        }
    }
}
