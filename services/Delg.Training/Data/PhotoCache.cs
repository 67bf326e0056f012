using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.Imaging.Resizing;

namespace Delg.Training.Data;

/// <summary>The training photos decoded, shrunk and held in memory: a quarter of a megabyte each at the default side.</summary>
public sealed class PhotoCache
{
    private readonly RgbImage[] _images;

    private PhotoCache(RgbImage[] images) => _images = images;

    public int Count => _images.Length;

    public RgbImage this[int index] => _images[index];

    /// <summary>Decodes all photos on all processors.</summary>
    /// <param name="photos">What to decode; indices stay theirs.</param>
    /// <param name="shortSidePixels">Photos with a longer short side are shrunk to this; none is enlarged.</param>
    /// <param name="progress">Told the count of decoded photos now and then.</param>
    /// <param name="cancellation">Stops the decoding.</param>
    /// <exception cref="ImageDecodeException">A photo cannot be read; the message names it.</exception>
    public static PhotoCache Load(
        IReadOnlyList<TrainingPhoto> photos, int shortSidePixels, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentOutOfRangeException.ThrowIfLessThan(shortSidePixels, 1);
        var images = new RgbImage[photos.Count];
        var decoder = new ImageDecoder();
        int done = 0;
        Parallel.For(0, photos.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            images[i] = Apart(Shrink(decoder.DecodeFile(photos[i].Path), shortSidePixels));
            int count = Interlocked.Increment(ref done);
            if (count % 100 == 0 || count == photos.Count) progress?.Report(count);
        });
        return new PhotoCache(images);
    }

    /// <summary>Wraps pictures that are in memory already.</summary>
    public static PhotoCache Of(IEnumerable<RgbImage> images) => new([.. images]);

    private static RgbImage Shrink(RgbImage image, int shortSide)
    {
        int side = Math.Min(image.Width, image.Height);
        if (side <= shortSide) return image;
        double factor = (double)shortSide / side;
        return PillowResize.Bilinear(image, (int)Math.Round(image.Width * factor), (int)Math.Round(image.Height * factor));
    }

    /// <summary>
    /// The picture in the collector's heap for pinned objects, which has a budget of its own. Beside short-lived crops in the heap for large
    /// objects, a gigabyte of photos that stay lets the collector put off its work until several gigabytes of dead crops lie there.
    /// </summary>
    private static RgbImage Apart(RgbImage image)
    {
        byte[] pixels = GC.AllocateUninitializedArray<byte>(image.Pixels.Length, pinned: true);
        image.Pixels.CopyTo(pixels, 0);
        return new RgbImage(image.Width, image.Height, pixels);
    }
}
