using Delg.Imaging;
using Delg.Training.Augmentation;

namespace Delg.Training.Data;

/// <summary>
/// Batches of augmented crops. What a step gets depends on the seed and the step's number only, so that a resumed run sees what an unbroken
/// one would have seen.
/// </summary>
/// <param name="photos">The training photos.</param>
/// <param name="cache">Their pixels, by the same indices.</param>
/// <param name="options">Augmentation.</param>
/// <param name="seed">Of everything random here.</param>
internal sealed class CropSource(IReadOnlyList<TrainingPhoto> photos, PhotoCache cache, AugmentationOptions options, int seed)
{
    private readonly Augmenter _augmenter = new(options);

    /// <summary>The crops of a step.</summary>
    public CropBatch Step(SampleOrder order, int batchSize, long step) => Make(Enumerable.Range(0, batchSize)
        .Select(i => step * batchSize + i)
        .Select(sample => (order.PhotoOf(sample), SampleSeed.For(seed, SampleSeed.CropStream, sample))));

    /// <summary>Views of photos that do not change: view v of photo p has the number v · photos + p.</summary>
    public CropBatch Views(long first, int count) => Make(Enumerable.Range(0, count)
        .Select(i => first + i)
        .Select(view => ((int)(view % photos.Count), SampleSeed.For(seed, SampleSeed.ViewStream, view))));

    private CropBatch Make(IEnumerable<(int Photo, Random Random)> samples)
    {
        var chosen = samples.ToList();
        int cropBytes = options.CropPixels * options.CropPixels * RgbImage.Channels;
        byte[] pixels = new byte[chosen.Count * cropBytes];
        long[] labels = new long[chosen.Count];
        for (int i = 0; i < chosen.Count; i++)
        {
            (int photo, Random random) = chosen[i];
            RgbImage crop = _augmenter.Crop(cache[photo], cache[random.Next(cache.Count)], random);
            crop.Pixels.CopyTo(pixels, i * cropBytes);
            labels[i] = photos[photo].Label;
        }
        return new CropBatch(pixels, labels, options.CropPixels);
    }
}
