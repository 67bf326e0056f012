using System.Buffers.Binary;

namespace Delg.Model.Weights.Import.Torch;

/// <summary>Bytes of a stream in order, never more than it has.</summary>
/// <param name="stream">A stream that knows its length and position.</param>
internal sealed class ByteReader(Stream stream)
{
    public long Position => stream.Position;

    public long Remaining => stream.Length - stream.Position;

    /// <exception cref="WeightsFormatException">The stream is at its end.</exception>
    public byte ReadByte()
    {
        int value = stream.ReadByte();
        return value >= 0 ? (byte)value : throw new WeightsFormatException("The file is cut short.");
    }

    /// <exception cref="WeightsFormatException">Fewer bytes are left, or more are asked for than are read at once.</exception>
    public byte[] ReadBytes(long count, long most)
    {
        if (count < 0 || count > Remaining)
            throw new WeightsFormatException($"A part is said to have {count} bytes, but {Remaining} are left: the file is cut short or damaged.");
        if (count > most)
            throw new WeightsFormatException($"A part has {count} bytes; at most {most} are read.");
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <exception cref="WeightsFormatException">Fewer bytes are left.</exception>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(sizeof(ushort), sizeof(ushort)));

    /// <exception cref="WeightsFormatException">Fewer bytes are left.</exception>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(sizeof(int), sizeof(int)));

    /// <exception cref="WeightsFormatException">Fewer bytes are left.</exception>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(sizeof(long), sizeof(long)));

    /// <exception cref="WeightsFormatException">Fewer bytes are left.</exception>
    public double ReadBigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(sizeof(double), sizeof(double)));

    /// <summary>Text up to a line's end, which is left out.</summary>
    /// <exception cref="WeightsFormatException">The line does not end within <paramref name="most"/> bytes.</exception>
    public string ReadLine(int most)
    {
        var line = new System.Text.StringBuilder();
        for (byte value = ReadByte(); value != '\n'; value = ReadByte())
        {
            if (line.Length == most)
                throw new WeightsFormatException($"A name has more than {most} bytes.");
            line.Append((char)value);
        }
        return line.ToString();
    }

    /// <exception cref="WeightsFormatException">Fewer bytes are left.</exception>
    public void Skip(long count)
    {
        if (count < 0 || count > Remaining)
            throw new WeightsFormatException($"A part is said to have {count} bytes, but {Remaining} are left: the file is cut short or damaged.");
        stream.Position += count;
    }
}
