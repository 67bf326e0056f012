namespace Delg.LocalVerifier.Geometry;

/// <summary>
/// RANSAC for an affine map (3 pairs a sample). Reused from pair to pair; not for two threads at once. The samples depend on the seed and the
/// number of pairs alone.
/// </summary>
internal sealed class AffineRansac
{
    private const int SampleSize = 3;

    // Refits of one promising map at most; each must gain inliers, and few gain more than three times.
    private const int MaxRefits = 8;

    private bool[] _inliers = [];
    private bool[] _refitInliers = [];

    /// <summary>Pairs that agree with the map found.</summary>
    public ReadOnlySpan<bool> Inliers => _inliers;

    /// <summary>How many they are; 0 when no map was found.</summary>
    public int InlierCount { get; private set; }

    /// <summary>Finds the map source → target that most pairs agree with; null when there is none.</summary>
    public AffineMap? Estimate(PointPairs pairs, AffineRansacSettings settings)
    {
        if (_inliers.Length < pairs.Count)
        {
            _inliers = new bool[pairs.Count];
            _refitInliers = new bool[pairs.Count];
        }

        InlierCount = 0;
        _inliers.AsSpan(0, pairs.Count).Clear();
        if (pairs.Count < SampleSize || Search(pairs, settings) is not { } best)
            return null;
        InlierCount = AffineConsensus.Mark(pairs, best, settings.MaxResidual, _inliers);
        // The inliers stay those of the sampled map, as in the published recipe; local optimisation has refitted and re-marked already.
        return settings.LocalOptimization ? best : AffineFit.LeastSquares(pairs, _inliers) ?? best;
    }

    private AffineMap? Search(PointPairs pairs, AffineRansacSettings settings)
    {
        var random = new SampleSequence(settings.Seed);
        AffineMap? best = null;
        var bestCount = 0;
        var bestSum = double.PositiveInfinity;
        var trials = settings.MaxTrials;
        for (var trial = 0; trial < trials; trial++)
        {
            var (i, j, k) = random.NextThree(pairs.Count);
            if (AffineFit.ThroughThree(pairs, i, j, k) is not { } map || !IsPlausible(map, settings))
                continue;
            var count = AffineConsensus.Count(pairs, map, settings.MaxResidual);
            if (count < SampleSize || count < bestCount)
                continue;
            if (settings.LocalOptimization)
            {
                if (count == bestCount)
                    continue;
                (best, bestCount) = Optimize(pairs, map, count, settings);
            }
            else
            {
                var sum = AffineConsensus.SumOfSquares(pairs, map);
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
    private (AffineMap Map, int Count) Optimize(PointPairs pairs, AffineMap map, int count, AffineRansacSettings settings)
    {
        var current = map;
        for (var refit = 0; refit < MaxRefits; refit++)
        {
            AffineConsensus.Mark(pairs, current, settings.MaxResidual, _refitInliers);
            if (AffineFit.LeastSquares(pairs, _refitInliers) is not { } fitted || !IsPlausible(fitted, settings))
                break;
            var fittedCount = AffineConsensus.Count(pairs, fitted, settings.MaxResidual);
            if (fittedCount < count)
                break;
            var gained = fittedCount > count;
            (map, count, current) = (fitted, fittedCount, fitted);
            if (!gained)
                break;
        }

        return (map, count);
    }

    private static bool IsPlausible(in AffineMap map, AffineRansacSettings settings) => settings.Plausible is null || settings.Plausible.Accept(map);

    // Trials after which a sample of nothing but inliers has been drawn with the wanted probability.
    private static int TrialsNeeded(int inliers, int pairs, double confidence)
    {
        var share = (double)inliers / pairs;
        var allInliers = share * share * share;
        if (allInliers >= 1)
            return 0;
        var needed = Math.Ceiling(Math.Log(1 - confidence) / Math.Log(1 - allInliers));
        return needed < int.MaxValue ? (int)needed : int.MaxValue;
    }
}
