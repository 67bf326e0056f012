using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.Imaging.Resizing;

namespace Delg.Training.Data;

/// <summary>
/// The training photos decoded and shrunk: held in memory up to a bound (a quarter of a megabyte each at the default side), decoded at each
/// use beyond it.
/// </summary>
public sealed class PhotoCache
{
    private readonly RgbImage?[] _images;
    private readonly Func<int, RgbImage> _decode;

    private PhotoCache(RgbImage?[] images, Func<int, RgbImage> decode)
    {
        _images = images;
        _decode = decode;
    }

    public int Count => _images.Length;

    /// <exception cref="ImageDecodeException">The photo is not held in memory, and cannot be read; the message names it.</exception>
    public RgbImage this[int index] => _images[index] ?? _decode(index);

    /// <summary>Decodes photos until the memory is used up.</summary>
    /// <param name="photos">What to decode; indices stay theirs.</param>
    /// <param name="shortSidePixels">Photos with a longer short side are shrunk to this; none is enlarged.</param>
    /// <param name="maxMegabytes">Pixels held in memory, in units of 2²⁰ bytes.</param>
    /// <param name="threads">Photos decoded at a time.</param>
    /// <param name="progress">Told the count of decoded photos now and then.</param>
    /// <param name="cancellation">Stops the decoding.</param>
    /// <exception cref="ImageDecodeException">A photo cannot be read; the message names it.</exception>
    public static PhotoCache Load(
        IReadOnlyList<TrainingPhoto> photos, int shortSidePixels, int maxMegabytes, int threads, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentOutOfRangeException.ThrowIfLessThan(shortSidePixels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var images = new RgbImage?[photos.Count];
        var decoder = new ImageDecoder();
        int done = 0;
        long bytes = 0;
        Parallel.For(0, photos.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = threads }, i =>
        {
            if (Interlocked.Read(ref bytes) >> 20 < maxMegabytes)
            {
                RgbImage image = Apart(Decode(i));
                Interlocked.Add(ref bytes, image.Pixels.Length);
                images[i] = image;
            }
            int count = Interlocked.Increment(ref done);
            if (count % 100 == 0 || count == photos.Count) progress?.Report(count);
        });
        return new PhotoCache(images, Decode);

        RgbImage Decode(int index)
        {
            try
            {
                return Shrink(decoder.DecodeFile(photos[index].Path), shortSidePixels);
            }
            catch (ImageDecodeException e)
            {
                throw new ImageDecodeException(e.Reason, $"{photos[index].Path}: {e.Message}");
            }
        }
    }

    /// <summary>Every photo, or as many as asked for at equal distances: what statistics are taken from.</summary>
    public PhotoCache Sample(int count)
    {
        count = Math.Min(count, Count);
        return new PhotoCache(new RgbImage?[count], i => this[(int)((long)i * Count / count)]);
    }

    /// <summary>Wraps pictures that are in memory already.</summary>
    public static PhotoCache Of(IEnumerable<RgbImage> images) => new([.. images], _ => throw new InvalidOperationException("Every picture is in memory."));

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
