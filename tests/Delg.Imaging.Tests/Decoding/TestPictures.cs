using System.Buffers.Binary;
using System.IO.Compression;
using NetVips;

namespace Delg.Imaging.Tests.Decoding;

/// <summary>Small pictures in every format and colour mode, drawn and encoded here.</summary>
internal static class TestPictures
{
    public const int Width = 48;
    public const int Height = 32;

    /// <summary>Four flat quarters: red, green over blue, yellow. Flat, so that lossy formats keep the centre of a quarter.</summary>
    public static RgbImage Quarters()
    {
        var image = new RgbImage(Width, Height);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                byte[] colour = (x < Width / 2, y < Height / 2) switch
                {
                    (true, true) => [200, 30, 30],
                    (false, true) => [30, 180, 30],
                    (true, false) => [30, 30, 220],
                    _ => [220, 220, 40],
                };
                colour.CopyTo(image.Row(y)[(x * 3)..]);
            }
        }

        return image;
    }

    public static Image QuartersVips()
    {
        var image = Quarters();
        return Image.NewFromMemory(image.Pixels, image.Width, image.Height, 3, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    /// <summary>A PNG with a header of our choice and no honest pixels behind it.</summary>
    public static byte[] PngHeader(uint width, uint height)
    {
        using var stream = new MemoryStream();
        stream.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = 2;
        Chunk(stream, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(new byte[64]);
        Chunk(stream, "IDAT"u8, packed.ToArray());
        Chunk(stream, "IEND"u8, []);
        return stream.ToArray();
    }

    private static void Chunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32([.. type, .. data]));
        stream.Write(number);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0xEDB88320u);
        }

        return ~crc;
    }
}
