using NetVips;

namespace Delg.Imaging.Decoding;

/// <summary>Writes pictures. Nothing but pixels goes into the file.</summary>
public static class ImageEncoder
{
    /// <summary>Lossless, for pictures with drawn lines.</summary>
    public static byte[] Png(RgbImage image)
    {
        using var vips = Wrap(image);
        return vips.PngsaveBuffer(compression: 6, keep: Enums.ForeignKeep.None);
    }

    /// <summary>Baseline JPEG.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="quality">1 to 100.</param>
    public static byte[] Jpeg(RgbImage image, int quality = 90)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        using var vips = Wrap(image);
        return vips.JpegsaveBuffer(q: quality, keep: Enums.ForeignKeep.None);
    }

    /// <summary>A libvips view of the pixels, marked sRGB.</summary>
    internal static Image Wrap(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        VipsRuntime.EnsureReady();
        using var raw = Image.NewFromMemory(image.Pixels, image.Width, image.Height, RgbImage.Channels, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: Enums.Interpretation.Srgb);
    }
}
