namespace Delg.Evaluation.Metrics;

/// <summary>
/// Area under the precision-recall curve of one query by the trapezoid rule, as revisited Oxford and Paris define it: at each positive the
/// mean of the precision just before and just after it, times the recall gained.
/// </summary>
public static class AveragePrecision
{
    /// <summary>AP of one query.</summary>
    /// <param name="ranks">Positions of the positives found, from 0, ascending, junk already taken out.</param>
    /// <param name="positiveCount">Positives there are, found or not; those not found count 0.</param>
    /// <returns>0 to 1; NaN for a query without positives, which means leave out.</returns>
    /// <exception cref="ArgumentException">More were found than there are.</exception>
    public static double Trapezoid(IReadOnlyList<int> ranks, int positiveCount)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        if (ranks.Count > positiveCount)
            throw new ArgumentException($"{ranks.Count} positives were found of {positiveCount}.", nameof(ranks));
        if (positiveCount == 0)
            return double.NaN;
        double area = 0;
        for (var found = 0; found < ranks.Count; found++)
        {
            double rank = ranks[found];
            var before = rank == 0 ? 1 : found / rank;
            var after = (found + 1) / (rank + 1);
            area += (before + after) / 2 / positiveCount;
        }

        return area;
    }
}
