namespace Delg.Model.Weights.Import.TensorFlow;

/// <summary>Little-endian numbers of seven bits a byte, as LevelDB and protocol buffers write them.</summary>
internal static class Varint
{
    private const int MostBytes = 10;

    /// <summary>Reads one and moves past it.</summary>
    /// <exception cref="WeightsFormatException">It does not end where it must.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0; i < bytes.Length && i < MostBytes; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }
        throw new WeightsFormatException("A variable-length number has no end.");
    }

    /// <summary>Reads a length that must lie within what follows.</summary>
    /// <exception cref="WeightsFormatException">It does not.</exception>
    public static int ReadLength(ref ReadOnlySpan<byte> bytes)
    {
        ulong length = Read(ref bytes);
        return length <= (ulong)bytes.Length
            ? (int)length
            : throw new WeightsFormatException($"A part is said to have {length} bytes, but only {bytes.Length} follow.");
    }
}
