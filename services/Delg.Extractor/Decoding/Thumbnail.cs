using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.Imaging.Resizing;
using Google.Protobuf;

namespace Delg.Extractor.Decoding;

/// <summary>A small copy of a picture, for people to look at. It is made of the pixels alone: nothing of the file's metadata gets into it.</summary>
internal static class Thumbnail
{
    private const int Quality = 80;

    /// <summary>A JPEG whose larger side is at most so many pixels; empty when none is wanted.</summary>
    public static ByteString Of(RgbImage picture, int side)
    {
        if (side == 0)
            return ByteString.Empty;
        var scale = Math.Min(1, (double)side / Math.Max(picture.Width, picture.Height));
        var small = PillowResize.Bilinear(picture, Pixels(picture.Width * scale), Pixels(picture.Height * scale));
        return UnsafeByteOperations.UnsafeWrap(ImageEncoder.Jpeg(small, Quality));
    }

    private static int Pixels(double side) => Math.Max(1, (int)Math.Round(side));
}
