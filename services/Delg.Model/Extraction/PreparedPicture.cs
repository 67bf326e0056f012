using Delg.Imaging;
using Delg.Imaging.Resizing;
using Delg.Model.Weights;

namespace Delg.Model.Extraction;

/// <summary>
/// A picture cropped and shrunk as the pyramid wants it, what is wanted of it, and how to get back from its pixels to the picture's: all that
/// can be done before the network, on any thread, while the network works on another picture.
/// </summary>
public sealed record PreparedPicture
{
    private PreparedPicture()
    {
    }

    /// <summary>Width in pixels of the picture handed in.</summary>
    public required int PictureWidth { get; init; }

    /// <summary>Height in pixels of the picture handed in.</summary>
    public required int PictureHeight { get; init; }

    /// <summary>What is wanted of it.</summary>
    public required FeatureRequest Request { get; init; }

    /// <summary>The resized picture; null if a side of it would be too short for features.</summary>
    internal RgbImage? Image { get; private init; }

    /// <summary>Left edge of the crop in the picture.</summary>
    internal int OffsetX { get; private init; }

    /// <summary>Upper edge of the crop in the picture.</summary>
    internal int OffsetY { get; private init; }

    /// <summary>Resized width / cropped width.</summary>
    internal double FactorX { get; private init; }

    /// <summary>Resized height / cropped height.</summary>
    internal double FactorY { get; private init; }

    /// <summary>Crops and shrinks one picture.</summary>
    /// <param name="picture">The picture, turned upright already.</param>
    /// <param name="request">What is wanted of it.</param>
    /// <param name="manifest">Says how large it may be.</param>
    /// <exception cref="ArgumentException">The request's box holds no pixel of the picture.</exception>
    public static PreparedPicture Of(RgbImage picture, FeatureRequest request, ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(manifest);
        (int left, int top, int right, int bottom) = request.Box?.Within(picture.Width, picture.Height) ?? (0, 0, picture.Width, picture.Height);
        (int width, int height) = (right - left, bottom - top);

        // A crop gets as many pixels an object as its whole picture would.
        double resizeFactor = (double)Math.Max(width, height) / Math.Max(picture.Width, picture.Height);
        double largest = resizeFactor * manifest.MaxImageSizePixels;
        double factor = Math.Max(width, height) > largest ? largest / Math.Max(width, height) : 1;
        int newWidth = (int)Math.Round(width * factor);
        int newHeight = (int)Math.Round(height * factor);
        return new PreparedPicture
        {
            PictureWidth = picture.Width,
            PictureHeight = picture.Height,
            Request = request,
            Image = Math.Min(newWidth, newHeight) < manifest.MinSidePixels
                ? null
                : PillowResize.Bilinear(Crop(picture, left, top, width, height), newWidth, newHeight),
            OffsetX = left,
            OffsetY = top,
            FactorX = (double)newWidth / width,
            FactorY = (double)newHeight / height,
        };
    }

    /// <summary>Whether both may be in one batch: they have one size after resizing, and the same kinds of descriptors are wanted of them.</summary>
    public bool CanRunWith(PreparedPicture other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Image?.Width == other.Image?.Width && Image?.Height == other.Image?.Height && Request.Kinds == other.Request.Kinds;
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
