using System.Buffers.Binary;

namespace Delg.Model.Weights.Import.TensorFlow;

/// <summary>One field of an encoded protocol buffer: the three small messages of a bundle do not pay for generated code.</summary>
/// <param name="Number">The field's number.</param>
/// <param name="Value">A number's value; 0 for bytes.</param>
/// <param name="Bytes">Text, bytes or a message; empty for a number.</param>
internal readonly record struct MessageField(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The fields of a message in its order.</summary>
    /// <exception cref="WeightsFormatException">It is damaged.</exception>
    public static IEnumerable<MessageField> Of(ReadOnlyMemory<byte> message)
    {
        while (message.Length > 0)
            yield return Next(ref message);
    }

    private static MessageField Next(ref ReadOnlyMemory<byte> message)
    {
        ReadOnlySpan<byte> rest = message.Span;
        ulong tag = Varint.Read(ref rest);
        int number = (int)Math.Min(tag >> 3, int.MaxValue);
        ulong value = 0;
        int bytes = 0;
        switch (tag & 7)
        {
            case 0:
                value = Varint.Read(ref rest);
                break;
            case 1 when rest.Length >= sizeof(ulong):
                value = BinaryPrimitives.ReadUInt64LittleEndian(rest);
                rest = rest[sizeof(ulong)..];
                break;
            case 2:
                bytes = Varint.ReadLength(ref rest);
                break;
            case 5 when rest.Length >= sizeof(uint):
                value = BinaryPrimitives.ReadUInt32LittleEndian(rest);
                rest = rest[sizeof(uint)..];
                break;
            default:
                throw new WeightsFormatException($"Field {number} of a message is damaged.");
        }
        int begin = message.Length - rest.Length;
        var field = new MessageField(number, value, message.Slice(begin, bytes));
        message = message[(begin + bytes)..];
        return field;
    }
}
