namespace Delg.LocalVerifier.Geometry;

/// <summary>
/// RANSAC for a map of the plane. Reused from pair to pair; not for two threads at once. The samples depend on the seed, the model and the number of
/// pairs alone.
/// </summary>
/// <typeparam name="TModel">What maps are sought.</typeparam>
/// <typeparam name="TMap">One map.</typeparam>
internal sealed class Ransac<TModel, TMap>
    where TModel : IMapModel<TMap>
    where TMap : struct
{
    // Refits of one promising map at most; each must gain inliers, and few gain more than three times.
    private const int MaxRefits = 8;

    // Trials between two looks at whether somebody still waits; ten thousand pairs take them a tenth of a millisecond.
    private const int TrialsBetweenLooks = 16;

    private bool[] _inliers = [];
    private bool[] _refitInliers = [];

    /// <summary>Pairs that agree with the map found.</summary>
    public ReadOnlySpan<bool> Inliers => _inliers;

    /// <summary>How many they are; 0 when no map was found.</summary>
    public int InlierCount { get; private set; }

    /// <summary>Finds the map source → target that most pairs agree with; null when there is none.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two trials.</exception>
    public TMap? Estimate(PointPairs pairs, RansacSettings settings, CancellationToken cancellation)
    {
        if (_inliers.Length < pairs.Count)
        {
            _inliers = new bool[pairs.Count];
            _refitInliers = new bool[pairs.Count];
        }

        InlierCount = 0;
        _inliers.AsSpan(0, pairs.Count).Clear();
        if (pairs.Count < TModel.SampleSize || Search(pairs, settings, cancellation) is not { } best)
            return null;
        InlierCount = TModel.Mark(pairs, best, settings.MaxResidual, _inliers);
        // The inliers stay those of the sampled map, as in the published recipe; local optimisation has refitted and re-marked already.
        return settings.LocalOptimization ? best : TModel.LeastSquares(pairs, _inliers) ?? best;
    }

    private TMap? Search(PointPairs pairs, RansacSettings settings, CancellationToken cancellation)
    {
        var random = new SampleSequence(settings.Seed);
        Span<int> sample = stackalloc int[TModel.SampleSize];
        var (x, y) = Center(pairs);
        TMap? best = null;
        var bestCount = 0;
        var bestSum = double.PositiveInfinity;
        var trials = settings.MaxTrials;
        for (var trial = 0; trial < trials; trial++)
        {
            if (trial % TrialsBetweenLooks == 0)
                cancellation.ThrowIfCancellationRequested();
            random.Next(sample, pairs.Count);
            if (TModel.ThroughSample(pairs, sample) is not { } map || !IsPlausible(map, settings, x, y))
                continue;
            var count = TModel.Count(pairs, map, settings.MaxResidual);
            if (count < TModel.SampleSize || count < bestCount)
                continue;
            if (settings.LocalOptimization)
            {
                if (count == bestCount)
                    continue;
                (best, bestCount) = Optimize(pairs, map, count, settings, x, y);
            }
            else
            {
                var sum = TModel.SumOfSquares(pairs, map);
                if (count == bestCount && sum >= bestSum)
                    continue;
                (best, bestCount, bestSum) = (map, count, sum);
            }

            if (settings.Confidence < 1)
                trials = Math.Min(trials, TrialsNeeded(bestCount, pairs.Count, settings.Confidence));
        }

        return best;
    }

    // Least squares on the inliers, again on the inliers of that, for as long as it gains inliers (LO-RANSAC's inner iteration).
    private (TMap Map, int Count) Optimize(PointPairs pairs, TMap map, int count, RansacSettings settings, double x, double y)
    {
        var current = map;
        for (var refit = 0; refit < MaxRefits; refit++)
        {
            TModel.Mark(pairs, current, settings.MaxResidual, _refitInliers);
            if (TModel.LeastSquares(pairs, _refitInliers) is not { } fitted || !IsPlausible(fitted, settings, x, y))
                break;
            var fittedCount = TModel.Count(pairs, fitted, settings.MaxResidual);
            if (fittedCount < count)
                break;
            var gained = fittedCount > count;
            (map, count, current) = (fitted, fittedCount, fitted);
            if (!gained)
                break;
        }

        return (map, count);
    }

    private static bool IsPlausible(in TMap map, RansacSettings settings, double x, double y) =>
        settings.Plausible is null || settings.Plausible.Accept(TModel.Near(map, x, y));

    private static (double X, double Y) Center(PointPairs pairs)
    {
        double x = 0, y = 0;
        for (var i = 0; i < pairs.Count; i++)
            (x, y) = (x + pairs.SourceX[i], y + pairs.SourceY[i]);
        return (x / pairs.Count, y / pairs.Count);
    }

    // Trials after which a sample of nothing but inliers has been drawn with the wanted probability.
    private static int TrialsNeeded(int inliers, int pairs, double confidence)
    {
        var allInliers = 1.0;
        for (var i = 0; i < TModel.SampleSize; i++)
            allInliers *= (double)inliers / pairs;
        if (allInliers >= 1)
            return 0;
        var needed = Math.Ceiling(Math.Log(1 - confidence) / Math.Log(1 - allInliers));
        return needed < int.MaxValue ? (int)needed : int.MaxValue;
    }
}
