using System.Buffers.Binary;

namespace Delg.Model.Weights.Import.TensorFlow;

/// <summary>Decompression of a Snappy block (google/snappy, format_description.txt): a length, then literals and copies of what is there.</summary>
internal static class Snappy
{
    // A copy makes at most 64 bytes of its three.
    private const int MostExpansion = 22;

    /// <param name="block">The compressed block.</param>
    /// <param name="maxBytes">Longest result that is made.</param>
    /// <exception cref="WeightsFormatException">The block is damaged, or longer than it may be.</exception>
    public static byte[] Decompress(ReadOnlySpan<byte> block, int maxBytes)
    {
        ulong length = Varint.Read(ref block);
        if (length > (ulong)maxBytes || length > (ulong)block.Length * MostExpansion)
            throw new WeightsFormatException($"A compressed block of {block.Length} bytes is said to hold {length}.");
        var result = new byte[length];
        int written = 0;
        while (block.Length > 0)
        {
            byte tag = block[0];
            block = block[1..];
            written += (tag & 3) == 0
                ? Literal(tag, ref block, result.AsSpan(written))
                : Copy(tag, ref block, result, written);
        }
        return written == result.Length ? result : throw new WeightsFormatException($"A compressed block held {written} bytes instead of {length}.");
    }

    private static int Literal(byte tag, ref ReadOnlySpan<byte> block, Span<byte> target)
    {
        // 60 to 63 stand for one to four bytes of length.
        int lengthBytes = Math.Max((tag >> 2) - 59, 0);
        long length = (lengthBytes == 0 ? tag >> 2 : Number(lengthBytes, ref block)) + 1L;
        if (length > block.Length || length > target.Length)
            throw new WeightsFormatException("A compressed block is cut short or too long.");
        block[..(int)length].CopyTo(target);
        block = block[(int)length..];
        return (int)length;
    }

    private static int Copy(byte tag, ref ReadOnlySpan<byte> block, byte[] result, int written)
    {
        (int length, long offset) = (tag & 3) switch
        {
            1 => (((tag >> 2) & 7) + 4, ((tag >> 5) * 256) + Number(1, ref block)),
            2 => ((tag >> 2) + 1, Number(2, ref block)),
            _ => ((tag >> 2) + 1, Number(4, ref block)),
        };
        if (offset == 0 || offset > written || length > result.Length - written)
            throw new WeightsFormatException("A compressed block copies from where nothing is.");
        // One byte after another: source and target may overlap, and then repeat.
        for (int i = 0; i < length; i++)
            result[written + i] = result[written + i - (int)offset];
        return length;
    }

    private static long Number(int bytes, ref ReadOnlySpan<byte> block)
    {
        if (block.Length < bytes)
            throw new WeightsFormatException("A compressed block is cut short.");
        Span<byte> whole = stackalloc byte[sizeof(uint)];
        whole.Clear();
        block[..bytes].CopyTo(whole);
        block = block[bytes..];
        return BinaryPrimitives.ReadUInt32LittleEndian(whole);
    }
}
