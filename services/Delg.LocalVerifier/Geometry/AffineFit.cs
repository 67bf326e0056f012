namespace Delg.LocalVerifier.Geometry;

/// <summary>Affine maps from point pairs.</summary>
internal static class AffineFit
{
    // Twice the area, in square pixels, below which three points count as one line: their map would be ruled by rounding and noise.
    private const double LeastDoubleArea = 1;

    // Share of the spread's square below which a cloud of points counts as a line in the least-squares fit.
    private const double LeastRelativeDeterminant = 1e-9;

    /// <summary>The map through three pairs; null when either triangle is degenerate (coincident or collinear points).</summary>
    public static AffineMap? ThroughThree(PointPairs pairs, int i, int j, int k)
    {
        ReadOnlySpan<float> xs = pairs.SourceX, ys = pairs.SourceY, us = pairs.TargetX, vs = pairs.TargetY;
        double x0 = xs[i], y0 = ys[i], u0 = us[i], v0 = vs[i];
        double x1 = xs[j] - x0, y1 = ys[j] - y0, x2 = xs[k] - x0, y2 = ys[k] - y0;
        double u1 = us[j] - u0, v1 = vs[j] - v0, u2 = us[k] - u0, v2 = vs[k] - v0;
        var area = (x1 * y2) - (x2 * y1);
        if (Math.Abs(area) < LeastDoubleArea || Math.Abs((u1 * v2) - (u2 * v1)) < LeastDoubleArea)
            return null;
        var inverse = 1 / area;
        var a = ((u1 * y2) - (u2 * y1)) * inverse;
        var b = ((u2 * x1) - (u1 * x2)) * inverse;
        var d = ((v1 * y2) - (v2 * y1)) * inverse;
        var e = ((v2 * x1) - (v1 * x2)) * inverse;
        return Finite(new AffineMap(a, b, u0 - (a * x0) - (b * y0), d, e, v0 - (d * x0) - (e * y0)));
    }

    /// <summary>The map of least squared residual over the pairs that <paramref name="chosen"/> marks; null when they lie on a line.</summary>
    public static AffineMap? LeastSquares(PointPairs pairs, ReadOnlySpan<bool> chosen)
    {
        ReadOnlySpan<float> xs = pairs.SourceX, ys = pairs.SourceY, us = pairs.TargetX, vs = pairs.TargetY;
        double n = 0, mx = 0, my = 0, mu = 0, mv = 0;
        for (var i = 0; i < xs.Length; i++)
        {
            if (!chosen[i])
                continue;
            n++;
            mx += xs[i];
            my += ys[i];
            mu += us[i];
            mv += vs[i];
        }

        if (n < 3)
            return null;
        mx /= n;
        my /= n;
        mu /= n;
        mv /= n;
        double xx = 0, xy = 0, yy = 0, ux = 0, uy = 0, vx = 0, vy = 0;
        for (var i = 0; i < xs.Length; i++)
        {
            if (!chosen[i])
                continue;
            var x = xs[i] - mx;
            var y = ys[i] - my;
            var u = us[i] - mu;
            var v = vs[i] - mv;
            xx += x * x;
            xy += x * y;
            yy += y * y;
            ux += u * x;
            uy += u * y;
            vx += v * x;
            vy += v * y;
        }

        var determinant = (xx * yy) - (xy * xy);
        if (!(determinant > LeastRelativeDeterminant * (xx + yy) * (xx + yy)))
            return null;
        var a = ((ux * yy) - (uy * xy)) / determinant;
        var b = ((uy * xx) - (ux * xy)) / determinant;
        var d = ((vx * yy) - (vy * xy)) / determinant;
        var e = ((vy * xx) - (vx * xy)) / determinant;
        return Finite(new AffineMap(a, b, mu - (a * mx) - (b * my), d, e, mv - (d * mx) - (e * my)));
    }

    private static AffineMap? Finite(AffineMap map) => map.IsFinite ? map : null;
}
