using Delg.Imaging;
using Delg.Training.Augmentation;

namespace Delg.Training.Data;

/// <summary>
/// Makes batches of crops ahead of the training, several at once. What a step gets depends on the seed and the step's number only,
/// so that a resumed run sees what an unbroken one would have seen. Every photo comes once an epoch, in a new order each time.
/// </summary>
internal sealed class CropPipeline
{
    private const long OrderStream = 0, CropStream = 1;

    private readonly IReadOnlyList<TrainingPhoto> _photos;
    private readonly PhotoCache _cache;
    private readonly Augmenter _augmenter;
    private readonly int _seed;
    private readonly int _batchSize;
    private readonly int _side;
    private readonly int _ahead;
    private readonly Queue<Task<CropBatch>> _coming = new();
    private readonly Lock _orderLock = new();
    private readonly Dictionary<long, int[]> _orders = [];
    private long _next;

    /// <param name="photos">The training set.</param>
    /// <param name="cache">Its pixels, by the same indices.</param>
    /// <param name="options">Augmentation.</param>
    /// <param name="seed">Of everything random here.</param>
    /// <param name="batchSize">Crops a step.</param>
    /// <param name="firstStep">The step whose batch <see cref="NextAsync"/> gives first.</param>
    /// <param name="ahead">Batches in the making at a time, each on a thread of its own.</param>
    public CropPipeline(IReadOnlyList<TrainingPhoto> photos, PhotoCache cache, AugmentationOptions options, int seed, int batchSize, long firstStep, int ahead)
    {
        _photos = photos;
        _cache = cache;
        _augmenter = new Augmenter(options);
        _side = options.CropPixels;
        _seed = seed;
        _batchSize = batchSize;
        _next = firstStep;
        _ahead = ahead;
    }

    public async Task<CropBatch> NextAsync()
    {
        while (_coming.Count < _ahead)
        {
            long step = _next++;
            _coming.Enqueue(Task.Run(() => Make(step)));
        }
        return await _coming.Dequeue().ConfigureAwait(false);
    }

    internal CropBatch Make(long step)
    {
        int cropBytes = _side * _side * RgbImage.Channels;
        byte[] pixels = new byte[_batchSize * cropBytes];
        long[] labels = new long[_batchSize];
        for (int i = 0; i < _batchSize; i++)
        {
            long sample = step * _batchSize + i;
            int index = Order(sample / _photos.Count)[sample % _photos.Count];
            Random random = SampleSeed.For(_seed, CropStream, sample);
            RgbImage crop = _augmenter.Crop(_cache[index], _cache[random.Next(_cache.Count)], random);
            crop.Pixels.CopyTo(pixels, i * cropBytes);
            labels[i] = _photos[index].Label;
        }
        return new CropBatch(pixels, labels, _side);
    }

    private int[] Order(long epoch)
    {
        lock (_orderLock)
        {
            if (_orders.TryGetValue(epoch, out int[]? order)) return order;
            _orders.Remove(epoch - 2);
            order = [.. Enumerable.Range(0, _photos.Count)];
            SampleSeed.For(_seed, OrderStream, epoch).Shuffle(order);
            _orders.Add(epoch, order);
            return order;
        }
    }
}
