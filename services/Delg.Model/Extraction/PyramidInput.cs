using Delg.Imaging;
using Delg.Imaging.Resizing;
using Delg.Model.Weights;

namespace Delg.Model.Extraction;

/// <summary>A picture cropped and shrunk as the pyramid wants it, and how to get back from its pixels to the picture's.</summary>
/// <param name="Image">The resized picture; null if a side of it would be too short for features.</param>
/// <param name="OffsetX">Left edge of the crop in the picture.</param>
/// <param name="OffsetY">Upper edge of the crop in the picture.</param>
/// <param name="FactorX">Resized width / cropped width.</param>
/// <param name="FactorY">Resized height / cropped height.</param>
internal sealed record PyramidInput(RgbImage? Image, int OffsetX, int OffsetY, double FactorX, double FactorY)
{
    public static PyramidInput Of(RgbImage picture, QueryBox? box, ModelManifest manifest)
    {
        (int left, int top, int right, int bottom) = box?.Within(picture.Width, picture.Height) ?? (0, 0, picture.Width, picture.Height);
        (int width, int height) = (right - left, bottom - top);

        // A crop gets as many pixels an object as its whole picture would.
        double resizeFactor = (double)Math.Max(width, height) / Math.Max(picture.Width, picture.Height);
        double largest = resizeFactor * manifest.MaxImageSizePixels;
        double factor = Math.Max(width, height) > largest ? largest / Math.Max(width, height) : 1;
        int newWidth = (int)Math.Round(width * factor);
        int newHeight = (int)Math.Round(height * factor);
        RgbImage? resized = Math.Min(newWidth, newHeight) < manifest.MinSidePixels
            ? null
            : PillowResize.Bilinear(Crop(picture, left, top, width, height), newWidth, newHeight);
        return new PyramidInput(resized, left, top, (double)newWidth / width, (double)newHeight / height);
    }

    private static RgbImage Crop(RgbImage picture, int left, int top, int width, int height)
    {
        if (width == picture.Width && height == picture.Height)
            return picture;
        var crop = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
            picture.Row(top + y).Slice(left * RgbImage.Channels, width * RgbImage.Channels).CopyTo(crop.Row(y));
        return crop;
    }
}
