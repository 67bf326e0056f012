namespace Delg.Cli.Bench.Load;

/// <summary>Values of which a share is no larger (nearest rank).</summary>
internal static class Quantiles
{
    /// <param name="values">In any order.</param>
    /// <param name="share">0 to 1; 0.5: the median.</param>
    /// <returns>Null of no values.</returns>
    public static double? Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
