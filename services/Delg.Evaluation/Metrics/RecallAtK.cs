namespace Delg.Evaluation.Metrics;

/// <summary>What the first k answers hold. Two meanings are in use; both are here by name.</summary>
public static class RecallAtK
{
    /// <summary>Whether any positive is among the first k answers. Its mean over queries is what retrieval papers call recall@k.</summary>
    /// <param name="ranks">Positions of the positives found, from 0, ascending, junk already taken out.</param>
    /// <param name="k">Answers looked at, at least 1.</param>
    public static bool AnyFound(IReadOnlyList<int> ranks, int k)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return ranks.Count > 0 && ranks[0] < k;
    }

    /// <summary>Share of all positives among the first k answers, 0 to 1 (recall as revisited Oxford and Paris count it).</summary>
    /// <param name="ranks">Positions of the positives found, from 0, ascending, junk already taken out.</param>
    /// <param name="positiveCount">Positives there are, at least 1.</param>
    /// <param name="k">Answers looked at, at least 1.</param>
    public static double Share(IReadOnlyList<int> ranks, int positiveCount, int k)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentOutOfRangeException.ThrowIfLessThan(positiveCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return ranks.Count(rank => rank < k) / (double)positiveCount;
    }
}
