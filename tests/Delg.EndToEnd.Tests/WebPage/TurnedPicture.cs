using System.Buffers.Binary;

namespace Delg.EndToEnd.Tests.WebPage;

/// <summary>A JPEG as a camera held upright writes it: the pixels lie on their side, and EXIF says so.</summary>
internal static class TurnedPicture
{
    // Orientation 6: to be turned a quarter clockwise.
    private const ushort QuarterClockwise = 6;

    public static byte[] Of(byte[] jpeg)
    {
        byte[] exif = [.. "Exif\0\0"u8, .. Directory()];
        var segment = new byte[4 + exif.Length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, 0xFFE1);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(2 + exif.Length));
        exif.CopyTo(segment, 4);
        // Right after the start of the image.
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }

    /// <summary>TIFF, big-endian, one directory with one entry: orientation (0x0112), of type SHORT (3), one value.</summary>
    private static byte[] Directory()
    {
        var tiff = new byte[8 + 2 + 12 + 4];
        "MM\0*"u8.CopyTo(tiff);
        BinaryPrimitives.WriteUInt32BigEndian(tiff.AsSpan(4), 8);
        BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(10), 0x0112);
        BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(12), 3);
        BinaryPrimitives.WriteUInt32BigEndian(tiff.AsSpan(14), 1);
        BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(18), QuarterClockwise);
        return tiff;
    }
}
