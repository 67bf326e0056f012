using Delg.Model.Network;
using Delg.Training.Data;
using static TorchSharp.torch;

namespace Delg.Training.Initialization;

/// <summary>What the trunk makes of whole training photos: what heads are estimated from.</summary>
internal sealed class FeatureSurvey : IDisposable
{
    // A photo's positions look alike; a few of each photo tell more than many of some.
    private const int PositionsPerPhoto = 6;

    private const int BatchSize = 16;

    private FeatureSurvey(Tensor pooled, Tensor shallowMeans, Tensor positions) => (Pooled, ShallowMeans, Positions) = (pooled, shallowMeans, positions);

    /// <summary>Photos × deep channels: GeM.</summary>
    public Tensor Pooled { get; }

    /// <summary>Photos × shallow channels: the mean over a photo's positions.</summary>
    public Tensor ShallowMeans { get; }

    /// <summary>Samples × shallow channels: the shallow map at positions drawn at random.</summary>
    public Tensor Positions { get; }

    /// <summary>Runs the trunk over all photos. The network is left unfolded.</summary>
    /// <param name="network">Its trunk is used, in its compute type.</param>
    /// <param name="cache">The photos.</param>
    /// <param name="seed">For which positions are sampled.</param>
    /// <param name="progress">Told the count of photos done now and then.</param>
    /// <param name="cancellation">Stops the survey.</param>
    public static FeatureSurvey Run(DelgNetwork network, PhotoCache cache, int seed, IProgress<int>? progress, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        network.FoldForInference(network.ComputeType);
        try
        {
            Device device = network.parameters().First().device;
            Tensor pooled = empty(cache.Count, network.Layout.DeepChannels);
            Tensor means = empty(cache.Count, network.Layout.ShallowChannels);
            Tensor positions = empty(cache.Count, PositionsPerPhoto, network.Layout.ShallowChannels);
            int done = 0;
            foreach (int[] photos in OfEqualShape(cache))
            {
                cancellation.ThrowIfCancellationRequested();
                using var pause = CollectionPause.Begin();
                using var one = NewDisposeScope();
                Tensor input = cat([.. photos.Select(i => CropTensor.Of(RoundedSides.Of(cache[i]), device))]);
                (Tensor shallow, Tensor deep) = network.Trunk(network.Normalize(input));
                Tensor vectors = shallow.to_type(ScalarType.Float32).flatten(2).transpose(1, 2).cpu();
                Tensor rows = tensor(photos.Select(i => (long)i).ToArray());
                pooled.index_copy_(0, rows, network.Pool(deep).cpu());
                means.index_copy_(0, rows, vectors.mean([1]));
                for (int i = 0; i < photos.Length; i++)
                    positions[photos[i]].copy_(vectors[i][tensor(Draw(seed, photos[i], vectors.shape[1]))]);
                done += photos.Length;
                progress?.Report(done);
            }
            return new FeatureSurvey(
                pooled.DetachFromDisposeScope(), means.DetachFromDisposeScope(), positions.flatten(0, 1).DetachFromDisposeScope());
        }
        finally
        {
            network.Unfold();
        }
    }

    public void Dispose()
    {
        Pooled.Dispose();
        ShallowMeans.Dispose();
        Positions.Dispose();
    }

    /// <summary>Indices of photos that have the same shape once their sides are rounded, so that they run as one batch.</summary>
    private static IEnumerable<int[]> OfEqualShape(PhotoCache cache) => Enumerable.Range(0, cache.Count)
        .GroupBy(i => RoundedSides.SizeOf(cache[i]))
        .SelectMany(g => g.Chunk(BatchSize));

    private static long[] Draw(int seed, int photo, long count)
    {
        Random random = SampleSeed.For(seed, SampleSeed.PositionStream, photo);
        return [.. Enumerable.Range(0, PositionsPerPhoto).Select(_ => random.NextInt64(count))];
    }
}
