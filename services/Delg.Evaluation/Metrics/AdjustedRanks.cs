namespace Delg.Evaluation.Metrics;

/// <summary>Ranks as if junk were not in the list (the junk rule of revisited Oxford and Paris).</summary>
public static class AdjustedRanks
{
    /// <summary>Each positive's position less the number of junk images before it.</summary>
    /// <param name="positives">Positions of the positives in the ranked list, from 0, ascending.</param>
    /// <param name="junk">Positions of images that count neither for nor against, from 0, ascending.</param>
    /// <returns>As many positions as there are positives, ascending.</returns>
    public static int[] WithoutJunk(IReadOnlyList<int> positives, IReadOnlyList<int> junk)
    {
        ArgumentNullException.ThrowIfNull(positives);
        ArgumentNullException.ThrowIfNull(junk);
        var adjusted = new int[positives.Count];
        var skipped = 0;
        for (var i = 0; i < positives.Count; i++)
        {
            while (skipped < junk.Count && junk[skipped] < positives[i])
                skipped++;
            adjusted[i] = positives[i] - skipped;
        }

        return adjusted;
    }
}
