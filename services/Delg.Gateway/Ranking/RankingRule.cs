namespace Delg.Gateway.Ranking;

/// <summary>
/// Puts candidates in order: by score, descending, then by similarity, descending, then by image id. The rules differ in their
/// score alone. A neighbour that was not verified has no inliers, and so stays behind those of the same or higher similarity that were.
/// </summary>
public abstract class RankingRule
{
    /// <summary>Weight of fused order where neither options nor weights say one: measured with the shipped weights.</summary>
    public const double DefaultFusionWeight = 0.5;

    /// <summary>Cap of fused order, likewise.</summary>
    public const int DefaultFusionCap = 40;

    private protected RankingRule()
    {
    }

    /// <summary>By global similarity alone.</summary>
    public static RankingRule Similarity { get; } = new SimilarityRule();

    /// <summary>
    /// By inliers, ties by similarity: the order published with DELG (Cao et al., ECCV 2020, re-ranking of the top candidates). Neighbours
    /// that were not verified follow every candidate with an inlier, by similarity.
    /// </summary>
    public static RankingRule Published { get; } = new PublishedRule();

    /// <summary>By similarity + weight × min(effective inliers, cap) / cap.</summary>
    /// <param name="weight">What a candidate with <paramref name="cap"/> effective inliers gains, at least 0.</param>
    /// <param name="cap">Effective inliers from which more gain nothing more, at least 1.</param>
    public static RankingRule Fused(double weight, int cap)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        ArgumentOutOfRangeException.ThrowIfLessThan(cap, 1);
        return new FusedRule(weight, cap);
    }

    /// <summary>What a candidate is ordered by, higher first.</summary>
    public abstract float Score(Candidate candidate);

    /// <summary>All candidates, best first.</summary>
    public IReadOnlyList<RankedCandidate> Order(IReadOnlyList<Candidate> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var ranked = new RankedCandidate[candidates.Count];
        for (var i = 0; i < ranked.Length; i++)
            ranked[i] = new RankedCandidate(i, Score(candidates[i]));
        Array.Sort(ranked, (a, b) => Compare(a, candidates[a.Index], b, candidates[b.Index]));
        return ranked;
    }

    private static int Compare(RankedCandidate a, Candidate first, RankedCandidate b, Candidate second)
    {
        var order = b.Score.CompareTo(a.Score);
        if (order == 0)
            order = second.Similarity.CompareTo(first.Similarity);
        return order != 0 ? order : string.CompareOrdinal(first.ImageId, second.ImageId);
    }

    private sealed class SimilarityRule : RankingRule
    {
        public override float Score(Candidate candidate) => candidate.Similarity;
    }

    private sealed class PublishedRule : RankingRule
    {
        public override float Score(Candidate candidate) => candidate.Inliers?.All ?? 0;
    }

    private sealed class FusedRule(double weight, int cap) : RankingRule
    {
        public override float Score(Candidate candidate) =>
            (float)(candidate.Similarity + (weight * Math.Min(candidate.Inliers?.Effective ?? 0, cap) / cap));
    }
}
