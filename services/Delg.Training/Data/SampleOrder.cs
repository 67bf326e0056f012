namespace Delg.Training.Data;

/// <summary>Which photo comes when. It depends on the seed and a sample's number only, so that a resumed run goes on as an unbroken one.</summary>
internal abstract class SampleOrder(int seed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(long Stream, long Round), int[]> _shuffles = [];

    /// <summary>The photo's index, for samples counted from 0 over the whole run. Safe from several threads.</summary>
    public abstract int PhotoOf(long sample);

    /// <summary>Every photo once an epoch, in a new order each time.</summary>
    public static SampleOrder ByPhoto(IReadOnlyList<TrainingPhoto> photos, int seed) => new PhotoOrder(photos.Count, seed);

    /// <summary>Every class once a round, in a new order each time; a class's photos take turns, in a new order each time they are through.</summary>
    public static SampleOrder ByClass(IReadOnlyList<TrainingPhoto> photos, int seed) => new ClassOrder(photos, seed);

    /// <summary>0 … <paramref name="count"/> - 1, shuffled anew for every stream and round.</summary>
    private protected int[] Shuffled(long stream, long round, int count)
    {
        lock (_gate)
        {
            if (_shuffles.TryGetValue((stream, round), out int[]? order)) return order;
            // Enough for batches in the making; an older round that is asked for after all is made again.
            _shuffles.Remove((stream, round - 2));
            order = [.. Enumerable.Range(0, count)];
            SampleSeed.For(seed, stream, round).Shuffle(order);
            _shuffles.Add((stream, round), order);
            return order;
        }
    }

    private sealed class PhotoOrder(int count, int seed) : SampleOrder(seed)
    {
        public override int PhotoOf(long sample) => Shuffled(SampleSeed.OrderStream, sample / count, count)[sample % count];
    }

    private sealed class ClassOrder(IReadOnlyList<TrainingPhoto> photos, int seed) : SampleOrder(seed)
    {
        private readonly int[][] _classes =
        [
            .. Enumerable.Range(0, photos.Count).GroupBy(i => photos[i].Label).OrderBy(g => g.Key).Select(g => g.ToArray()),
        ];

        public override int PhotoOf(long sample)
        {
            long round = sample / _classes.Length;
            int label = Shuffled(SampleSeed.OrderStream, round, _classes.Length)[sample % _classes.Length];
            int[] members = _classes[label];
            return members[Shuffled(SampleSeed.FirstClassStream + label, round / members.Length, members.Length)[round % members.Length]];
        }
    }
}
