using System.Buffers.Binary;
using System.Text;

namespace Delg.Model.Tests.Weights.Import.TensorFlow;

/// <summary>
/// Writes tensor bundles from the formats' definitions (LevelDB's table_format.md, Snappy's format_description.txt,
/// tensor_bundle.proto). It shares nothing with the reader that it tests.
/// </summary>
internal sealed class BundleWriter
{
    private const int Float = 1;

    private readonly SortedDictionary<string, (int Type, long[] Shape, byte[] Data, bool Sliced)> _tensors = new(StringComparer.Ordinal);

    /// <summary>Files that the data are spread over.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>A block of the index ends when it has this many bytes.</summary>
    public int BlockBytes { get; init; } = 400;

    /// <summary>Whether blocks are compressed with Snappy.</summary>
    public bool Compress { get; init; }

    public bool BigEndian { get; init; }

    /// <summary>Changes a block before its checksum is taken: damage that no checksum tells.</summary>
    public Func<byte[], byte[]> Spoil { get; init; } = block => block;

    public void Add(string name, long[] shape, float[] values)
    {
        var data = new byte[values.Length * 4];
        Buffer.BlockCopy(values, 0, data, 0, data.Length);
        AddRaw(name, Float, shape, data);
    }

    public void AddRaw(string name, int type, long[] shape, byte[] data, bool sliced = false) => _tensors.Add(name, (type, shape, data, sliced));

    /// <summary>Takes a tensor out again.</summary>
    public BundleWriter Without(string name)
    {
        Assert.True(_tensors.Remove(name), name);
        return this;
    }

    /// <summary>Writes <c>PREFIX.index</c> and its data files.</summary>
    public void Write(string prefix)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(prefix)!);
        var shards = Enumerable.Range(0, Shards).Select(_ => new MemoryStream()).ToArray();
        List<(byte[] Key, byte[] Value)> pairs = [([], [.. Number(1, (ulong)Shards), .. BigEndian ? Number(2, 1) : [], .. Message(3, Number(1, 1))])];
        int turn = 0;
        foreach ((string name, var tensor) in _tensors)
        {
            int shard = turn++ % Shards;
            pairs.Add((Encoding.UTF8.GetBytes(name), Entry(tensor.Type, tensor.Shape, shard, shards[shard].Length, tensor.Data, tensor.Sliced)));
            shards[shard].Write(tensor.Data);
        }
        // The format wants its keys in the order of their bytes.
        pairs.Sort((a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        File.WriteAllBytes(prefix + ".index", Table(pairs));
        for (int i = 0; i < Shards; i++)
            File.WriteAllBytes($"{prefix}.data-{i:D5}-of-{Shards:D5}", shards[i].ToArray());
    }

    /// <summary>CRC-32C a bit at a time: x^32 + x^28 + …, reflected 0x82f63b78.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }
        return crc ^ 0xffffffff;
    }

    /// <summary>Snappy: four-byte matches up to 60 bytes back and forth over 2,048 bytes, the rest literals.</summary>
    public static byte[] Snappy(byte[] content)
    {
        List<byte> result = [.. Variable((ulong)content.Length)];
        int literal = 0, at = 0;
        while (at < content.Length)
        {
            (int offset, int length) = Match(content, at);
            if (length < 4)
            {
                at++;
                continue;
            }
            Literal(literal, at);
            if (length < 12 && offset < 2048)
            {
                result.Add((byte)(((offset >> 8) << 5) | ((length - 4) << 2) | 1));
                result.Add((byte)offset);
            }
            else
            {
                result.Add((byte)(((length - 1) << 2) | 2));
                result.Add((byte)offset);
                result.Add((byte)(offset >> 8));
            }
            at += length;
            literal = at;
        }
        Literal(literal, content.Length);
        return [.. result];

        void Literal(int from, int to)
        {
            int length = to - from;
            if (length == 0)
                return;
            if (length <= 60)
            {
                result.Add((byte)((length - 1) << 2));
            }
            else
            {
                result.Add(61 << 2);
                result.Add((byte)(length - 1));
                result.Add((byte)((length - 1) >> 8));
            }
            result.AddRange(content[from..to]);
        }
    }

    private static (int Offset, int Length) Match(byte[] content, int at)
    {
        (int Offset, int Length) best = (0, 0);
        for (int offset = 1; offset <= Math.Min(at, 4000); offset++)
        {
            int length = 0;
            while (length < 60 && at + length < content.Length && content[at + length] == content[at - offset + length])
                length++;
            if (length > best.Length)
                best = (offset, length);
        }
        return best;
    }

    private byte[] Table(List<(byte[] Key, byte[] Value)> pairs)
    {
        var file = new MemoryStream();
        List<(byte[] Key, byte[] Value)> index = [], open = [];
        foreach (var pair in pairs)
        {
            open.Add(pair);
            if (open.Sum(p => p.Key.Length + p.Value.Length) >= BlockBytes)
                Close();
        }
        if (open.Count > 0)
            Close();
        byte[] meta = Append(Block([]));
        byte[] handle = Append(Block(index));
        byte[] footer = new byte[48];
        byte[] handles = [.. meta, .. handle];
        handles.CopyTo(footer, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(40), 0xdb4775248b80fb57);
        file.Write(footer);
        return file.ToArray();

        void Close()
        {
            index.Add((open[^1].Key, Append(Block(open))));
            open.Clear();
        }

        byte[] Append(byte[] block)
        {
            block = Spoil(block);
            long offset = file.Length;
            byte[] stored = Compress ? Snappy(block) : block;
            file.Write(stored);
            byte kind = Compress ? (byte)1 : (byte)0;
            file.WriteByte(kind);
            file.Write(Fixed(Mask(Checksum([.. stored, kind]))));
            return [.. Variable((ulong)offset), .. Variable((ulong)stored.Length)];
        }
    }

    private static byte[] Block(IEnumerable<(byte[] Key, byte[] Value)> pairs)
    {
        const int Interval = 16;
        List<byte> block = [];
        List<uint> restarts = [0];
        byte[] last = [];
        int count = 0;
        foreach ((byte[] key, byte[] value) in pairs)
        {
            int shared = 0;
            if (count > 0 && count % Interval == 0)
                restarts.Add((uint)block.Count);
            else
                shared = key.AsSpan().CommonPrefixLength(last);
            block.AddRange([.. Variable((ulong)shared), .. Variable((ulong)(key.Length - shared)), .. Variable((ulong)value.Length), .. key[shared..], .. value]);
            last = key;
            count++;
        }
        foreach (uint restart in restarts)
            block.AddRange(Fixed(restart));
        block.AddRange(Fixed((uint)restarts.Count));
        return [.. block];
    }

    private static byte[] Entry(int type, long[] shape, int shard, long offset, byte[] data, bool sliced)
    {
        byte[] axes = [.. shape.SelectMany(size => Message(2, size == 0 ? [] : Number(1, (ulong)size)))];
        return
        [
            .. Number(1, (ulong)type), .. Message(2, axes), .. shard == 0 ? [] : Number(3, (ulong)shard), .. offset == 0 ? [] : Number(4, (ulong)offset),
            .. Number(5, (ulong)data.Length), 6 << 3 | 5, .. Fixed(Mask(Checksum(data))), .. sliced ? Message(7, []) : [],
        ];
    }

    private static uint Mask(uint crc) => ((crc >> 15) | (crc << 17)) + 0xa282ead8u;

    private static byte[] Number(int field, ulong value) => [.. Variable((ulong)field << 3), .. Variable(value)];

    private static byte[] Message(int field, byte[] content) => [.. Variable(((ulong)field << 3) | 2), .. Variable((ulong)content.Length), .. content];

    private static byte[] Fixed(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Variable(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
