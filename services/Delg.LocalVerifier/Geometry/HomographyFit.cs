namespace Delg.LocalVerifier.Geometry;

/// <summary>Homographies from point pairs.</summary>
internal static class HomographyFit
{
    // Twice the area, in square pixels, below which three points count as one line: their map would be ruled by rounding and noise.
    private const double LeastDoubleArea = 1;

    private const int Unknowns = 8;

    // A pivot below this share of the largest value means that the pairs do not fix a map.
    private const double LeastRelativePivot = 1e-12;

    /// <summary>
    /// The map through four pairs, by way of the unit square (Heckbert, Fundamentals of Texture Mapping, 1989, section 2.2.3). Null when three points of
    /// either image lie on a line, or when the four do not go round the same way in both, as no camera sees a plane.
    /// </summary>
    public static ProjectiveMap? ThroughFour(PointPairs pairs, ReadOnlySpan<int> sample)
    {
        var turn = 0;
        for (var left = 0; left < 4; left++)
        {
            var (i, j, k) = (sample[left == 0 ? 1 : 0], sample[left <= 1 ? 2 : 1], sample[left <= 2 ? 3 : 2]);
            var source = DoubleArea(pairs.SourceX, pairs.SourceY, i, j, k);
            var target = DoubleArea(pairs.TargetX, pairs.TargetY, i, j, k);
            if (!(Math.Abs(source) >= LeastDoubleArea) || !(Math.Abs(target) >= LeastDoubleArea))
                return null;
            var same = Math.Sign(source) * Math.Sign(target);
            if (turn == -same)
                return null;
            turn = same;
        }

        if (FromUnitSquare(pairs.SourceX, pairs.SourceY, sample).Inverse() is not { } toSquare)
            return null;
        var map = FromUnitSquare(pairs.TargetX, pairs.TargetY, sample).After(toSquare);
        var scale = map.Denominator(pairs.SourceX[sample[0]], pairs.SourceY[sample[0]]);
        map = map.Times(1 / scale);
        return map.IsFinite ? map : null;
    }

    /// <summary>
    /// The map of least algebraic error over the marked pairs, coordinates brought to mean 0 and mean distance √2 first (Hartley and Zisserman,
    /// Multiple View Geometry, section 4.4.4); null when they do not fix one.
    /// </summary>
    public static ProjectiveMap? LeastSquares(PointPairs pairs, ReadOnlySpan<bool> chosen)
    {
        if (Frame.Of(pairs.SourceX, pairs.SourceY, chosen) is not { } source || Frame.Of(pairs.TargetX, pairs.TargetY, chosen) is not { } target)
            return null;
        Span<double> equations = stackalloc double[Unknowns * (Unknowns + 1)];
        equations.Clear();
        for (var i = 0; i < pairs.Count; i++)
        {
            if (!chosen[i])
                continue;
            var (x, y) = source.Inside(pairs.SourceX[i], pairs.SourceY[i]);
            var (u, v) = target.Inside(pairs.TargetX[i], pairs.TargetY[i]);
            Add(equations, [x, y, 1, 0, 0, 0, -u * x, -u * y, u]);
            Add(equations, [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
        }

        Span<double> h = stackalloc double[Unknowns];
        if (!Solve(equations, h))
            return null;
        var inside = new ProjectiveMap(h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], 1);
        var map = target.Outside.After(inside).After(source.ToInside);
        return map.IsFinite ? map : null;
    }

    private static double DoubleArea(ReadOnlySpan<float> xs, ReadOnlySpan<float> ys, int i, int j, int k) =>
        (((double)xs[j] - xs[i]) * ((double)ys[k] - ys[i])) - (((double)xs[k] - xs[i]) * ((double)ys[j] - ys[i]));

    // (0, 0), (1, 0), (1, 1), (0, 1) to the four points. No three on a line, so the denominator is not 0.
    private static ProjectiveMap FromUnitSquare(ReadOnlySpan<float> xs, ReadOnlySpan<float> ys, ReadOnlySpan<int> sample)
    {
        double x0 = xs[sample[0]], y0 = ys[sample[0]], x1 = xs[sample[1]], y1 = ys[sample[1]];
        double x2 = xs[sample[2]], y2 = ys[sample[2]], x3 = xs[sample[3]], y3 = ys[sample[3]];
        double dx1 = x1 - x2, dy1 = y1 - y2, dx2 = x3 - x2, dy2 = y3 - y2, sx = x0 - x1 + x2 - x3, sy = y0 - y1 + y2 - y3;
        var denominator = (dx1 * dy2) - (dx2 * dy1);
        var g = ((sx * dy2) - (dx2 * sy)) / denominator;
        var h = ((dx1 * sy) - (sx * dy1)) / denominator;
        return new ProjectiveMap(x1 - x0 + (g * x1), x3 - x0 + (h * x3), x0, y1 - y0 + (g * y1), y3 - y0 + (h * y3), y0, g, h, 1);
    }

    // Adds row · rowᵀ to the normal equations, whose last column is the right side.
    private static void Add(Span<double> equations, ReadOnlySpan<double> row)
    {
        for (var i = 0; i < Unknowns; i++)
        {
            if (row[i] == 0)
                continue;
            for (var j = 0; j <= Unknowns; j++)
                equations[(i * (Unknowns + 1)) + j] += row[i] * row[j];
        }
    }

    // Elimination with the largest pivot of each column.
    private static bool Solve(Span<double> equations, Span<double> solution)
    {
        const int Columns = Unknowns + 1;
        var largest = 0.0;
        foreach (var value in equations)
            largest = Math.Max(largest, Math.Abs(value));
        for (var column = 0; column < Unknowns; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < Unknowns; row++)
            {
                if (Math.Abs(equations[(row * Columns) + column]) > Math.Abs(equations[(pivot * Columns) + column]))
                    pivot = row;
            }

            if (!(Math.Abs(equations[(pivot * Columns) + column]) > LeastRelativePivot * largest))
                return false;
            for (var i = column; i < Columns; i++)
                (equations[(pivot * Columns) + i], equations[(column * Columns) + i]) = (equations[(column * Columns) + i], equations[(pivot * Columns) + i]);
            for (var row = column + 1; row < Unknowns; row++)
            {
                var factor = equations[(row * Columns) + column] / equations[(column * Columns) + column];
                for (var i = column; i < Columns; i++)
                    equations[(row * Columns) + i] -= factor * equations[(column * Columns) + i];
            }
        }

        for (var row = Unknowns - 1; row >= 0; row--)
        {
            var sum = equations[(row * Columns) + Unknowns];
            for (var i = row + 1; i < Unknowns; i++)
                sum -= equations[(row * Columns) + i] * solution[i];
            solution[row] = sum / equations[(row * Columns) + row];
        }

        return true;
    }

    // Coordinates whose chosen points have mean 0 and mean distance √2 from it.
    private readonly record struct Frame(double X, double Y, double Scale)
    {
        public ProjectiveMap ToInside => new(Scale, 0, -Scale * X, 0, Scale, -Scale * Y, 0, 0, 1);

        public ProjectiveMap Outside => new(1 / Scale, 0, X, 0, 1 / Scale, Y, 0, 0, 1);

        public static Frame? Of(ReadOnlySpan<float> xs, ReadOnlySpan<float> ys, ReadOnlySpan<bool> chosen)
        {
            double n = 0, x = 0, y = 0, distance = 0;
            for (var i = 0; i < xs.Length; i++)
            {
                if (chosen[i])
                    (n, x, y) = (n + 1, x + xs[i], y + ys[i]);
            }

            if (n < 4)
                return null;
            (x, y) = (x / n, y / n);
            for (var i = 0; i < xs.Length; i++)
            {
                if (chosen[i])
                    distance += Math.Sqrt(((xs[i] - x) * (xs[i] - x)) + ((ys[i] - y) * (ys[i] - y)));
            }

            var scale = Math.Sqrt(2) * n / distance;
            return double.IsFinite(scale) ? new Frame(x, y, scale) : null;
        }

        public (double X, double Y) Inside(double x, double y) => (Scale * (x - X), Scale * (y - Y));
    }
}
