using Delg.Training.Data;

namespace Delg.Training.FeatureMaps;

/// <summary>
/// Batches of what the frozen trunk makes of each photo in a few views. The views are made once and kept on disk; a step draws one of them
/// for each of its photos.
/// </summary>
internal sealed class MapSource : IDisposable
{
    private readonly MapFile _file;
    private readonly IReadOnlyList<TrainingPhoto> _photos;
    private readonly int _views;
    private readonly int _seed;

    private MapSource(MapFile file, IReadOnlyList<TrainingPhoto> photos, int views, int seed)
    {
        _file = file;
        _photos = photos;
        _views = views;
        _seed = seed;
    }

    /// <param name="caching">Makes the views that are not on disk yet.</param>
    /// <param name="path">The cache's file.</param>
    /// <param name="content">What the views depend on: weights, photos, seed, augmentation, precision.</param>
    /// <param name="photos">The photos, by the indices that <paramref name="crops"/> knows them by.</param>
    /// <param name="crops">Draws the views.</param>
    /// <param name="options">How many views, and how much of the disk.</param>
    /// <param name="reserved">Records that other files keep of the same disk space.</param>
    /// <param name="seed">For which view a step sees.</param>
    /// <param name="cancellation">Stops the caching; what is done stays.</param>
    /// <exception cref="InvalidDataException">Not even one view of each photo fits the bound.</exception>
    public static MapSource Open(
        MapCaching caching, string path, string content, IReadOnlyList<TrainingPhoto> photos, CropSource crops, HeadsOnlyOptions options, int reserved,
        int seed, CancellationToken cancellation)
    {
        long room = ((long)options.CacheMegabytes << 20) / caching.Shape.RecordBytes - reserved;
        int views = (int)Math.Min(options.ViewsPerPhoto, room / photos.Count);
        if (views < 1)
        {
            long needed = (long)(photos.Count + reserved) * caching.Shape.RecordBytes;
            throw new InvalidDataException(
                $"The feature maps of {photos.Count + reserved} photos take {(needed >> 20) + 1} MB with one view of each; CacheMegabytes allows {options.CacheMegabytes}.");
        }
        MapFile file = caching.Fill(path, $"{content}, {views} views", (long)photos.Count * views, crops.Views, cancellation);
        return new MapSource(file, photos, views, seed);
    }

    public MapBatch Step(SampleOrder order, int batchSize, long step)
    {
        long[] records = new long[batchSize], labels = new long[batchSize];
        for (int i = 0; i < batchSize; i++)
        {
            long sample = step * batchSize + i;
            int photo = order.PhotoOf(sample);
            records[i] = (long)SampleSeed.For(_seed, SampleSeed.ViewChoiceStream, sample).Next(_views) * _photos.Count + photo;
            labels[i] = _photos[photo].Label;
        }
        return _file.Read(records, labels);
    }

    public void Dispose() => _file.Dispose();
}
