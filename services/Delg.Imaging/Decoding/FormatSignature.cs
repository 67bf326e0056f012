using System.Buffers.Binary;

namespace Delg.Imaging.Decoding;

/// <summary>Tells a format by its first bytes; names and declared content types are no proof.</summary>
internal static class FormatSignature
{
    private const int BrandOffset = 8;

    /// <returns>The format the bytes begin with, or null.</returns>
    public static ImageFormat? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            return ImageFormat.Png;
        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
            return ImageFormat.Gif;
        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8))
            return ImageFormat.WebP;
        if (bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8) || bytes.StartsWith("II+\0"u8) || bytes.StartsWith("MM\0+"u8))
            return ImageFormat.Tiff;
        return HasBrand(bytes, "avif"u8) || HasBrand(bytes, "avis"u8) ? ImageFormat.Avif : null;
    }

    /// <summary>A name for common formats the decoder does not take, for the error message.</summary>
    public static string Describe(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("BM"u8))
            return "BMP";
        if (bytes.StartsWith("%PDF"u8))
            return "PDF";
        if (HasBrand(bytes, "heic"u8) || HasBrand(bytes, "heix"u8) || HasBrand(bytes, "mif1"u8))
            return "HEIC";
        var text = bytes.TrimStart(" \t\r\n\uFEFF"u8);
        return text.StartsWith("<svg"u8) || text.StartsWith("<?xml"u8) || text.StartsWith("<!DOCTYPE svg"u8) ? "SVG" : "unknown";
    }

    /// <summary>Whether an ISO base media file names <paramref name="brand"/> as its major or a compatible brand.</summary>
    private static bool HasBrand(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> brand)
    {
        if (bytes.Length < BrandOffset + 4 || !bytes[4..8].SequenceEqual("ftyp"u8))
            return false;
        long declared = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        int end = (int)Math.Min(declared, bytes.Length);
        for (int at = BrandOffset; at + 4 <= end; at += 4)
        {
            if (bytes.Slice(at, 4).SequenceEqual(brand))
                return true;
        }

        return false;
    }
}
