namespace Delg.LocalVerifier.Geometry;

/// <summary>
/// Counts inliers that are spread out, so that a clump on one window counts once (the idea is COLMAP's; cells of a fixed size are ours).
/// Reused; not for two threads at once.
/// </summary>
internal sealed class EffectiveInliers
{
    /// <summary>Side of a cell, pixels of the frame the residual is measured in.</summary>
    public const int CellSide = 32;

    private long[] _cells = [];

    /// <summary>The smaller, over source and target, of the number of cells that hold a marked point.</summary>
    public int Count(PointPairs pairs, ReadOnlySpan<bool> inliers) =>
        Math.Min(Occupied(pairs.SourceX, pairs.SourceY, inliers), Occupied(pairs.TargetX, pairs.TargetY, inliers));

    private int Occupied(ReadOnlySpan<float> xs, ReadOnlySpan<float> ys, ReadOnlySpan<bool> inliers)
    {
        if (_cells.Length < xs.Length)
            _cells = new long[xs.Length];
        var count = 0;
        for (var i = 0; i < xs.Length; i++)
        {
            if (inliers[i])
                _cells[count++] = ((long)Cell(xs[i]) << 32) | (uint)Cell(ys[i]);
        }

        var cells = _cells.AsSpan(0, count);
        cells.Sort();
        var distinct = 0;
        for (var i = 0; i < cells.Length; i++)
        {
            if (i == 0 || cells[i] != cells[i - 1])
                distinct++;
        }

        return distinct;
    }

    // The conversion saturates, so a position far outside the image is only a far cell.
    private static int Cell(float position) => (int)MathF.Floor(position / CellSide);
}
