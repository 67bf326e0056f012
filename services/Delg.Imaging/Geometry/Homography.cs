namespace Delg.Imaging.Geometry;

/// <summary>
/// A projective map of the plane, row by row: x' = (A·x + B·y + C) / w, y' = (D·x + E·y + F) / w, w = G·x + H·y + I.
/// </summary>
public readonly record struct Homography(double A, double B, double C, double D, double E, double F, double G, double H, double I)
{
    /// <summary>Below this share of the largest coefficient a pivot or determinant counts as zero.</summary>
    private const double Singular = 1e-12;

    public static Homography Identity => new(1, 0, 0, 0, 1, 0, 0, 0, 1);

    public static Homography Translation(double x, double y) => new(1, 0, x, 0, 1, y, 0, 0, 1);

    public static Homography Scale(double x, double y) => new(x, 0, 0, 0, y, 0, 0, 0, 1);

    /// <summary>An affine map from its six numbers, row by row.</summary>
    /// <exception cref="ArgumentException">There are not six numbers.</exception>
    public static Homography Affine(ReadOnlySpan<double> rows)
    {
        if (rows.Length != 6)
            throw new ArgumentException($"An affine map has 6 numbers, not {rows.Length}.", nameof(rows));
        return new(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], 0, 0, 1);
    }

    /// <summary>The one map that takes four points to four others.</summary>
    /// <param name="from">Four points, no three on a line.</param>
    /// <param name="to">Where they go, in the same order; no three on a line.</param>
    /// <exception cref="ArgumentException">There are not four points on both sides, or three of them lie on a line.</exception>
    public static Homography FromPoints(ReadOnlySpan<PlanePoint> from, ReadOnlySpan<PlanePoint> to)
    {
        if (from.Length != 4 || to.Length != 4)
            throw new ArgumentException($"A homography takes 4 point pairs, not {from.Length} and {to.Length}.", nameof(from));
        return ToUnitSquare(to).Inverse().After(ToUnitSquare(from));
    }

    /// <summary>Where a point goes; infinite for a point on the map's horizon.</summary>
    public PlanePoint Map(PlanePoint point)
    {
        double w = G * point.X + H * point.Y + I;
        return new((A * point.X + B * point.Y + C) / w, (D * point.X + E * point.Y + F) / w);
    }

    /// <summary>This map after <paramref name="first"/>.</summary>
    public Homography After(Homography first) => new(
        A * first.A + B * first.D + C * first.G, A * first.B + B * first.E + C * first.H, A * first.C + B * first.F + C * first.I,
        D * first.A + E * first.D + F * first.G, D * first.B + E * first.E + F * first.H, D * first.C + E * first.F + F * first.I,
        G * first.A + H * first.D + I * first.G, G * first.B + H * first.E + I * first.H, G * first.C + H * first.F + I * first.I);

    /// <summary>The map back, by the adjugate.</summary>
    /// <exception cref="ArgumentException">The map squeezes the plane into a line.</exception>
    public Homography Inverse()
    {
        double a = E * I - F * H, d = F * G - D * I, g = D * H - E * G;
        double determinant = A * a + B * d + C * g;
        double size = Math.Max(Math.Abs(A * a), Math.Max(Math.Abs(B * d), Math.Abs(C * g)));
        if (!(Math.Abs(determinant) > Singular * size))
            throw new ArgumentException("The homography has no inverse: it squeezes the plane into a line.");
        double scale = 1 / determinant;
        return new(
            a * scale, (C * H - B * I) * scale, (B * F - C * E) * scale,
            d * scale, (A * I - C * G) * scale, (C * D - A * F) * scale,
            g * scale, (B * G - A * H) * scale, (A * E - B * D) * scale);
    }

    /// <summary>The map from four corners (in order around the quadrilateral) to (0,0), (1,0), (1,1), (0,1): the inverse of the closed form the other way.</summary>
    private static Homography ToUnitSquare(ReadOnlySpan<PlanePoint> corners)
    {
        var (p0, p1, p2, p3) = (corners[0], corners[1], corners[2], corners[3]);
        double dx1 = p1.X - p2.X, dx2 = p3.X - p2.X, sumX = p0.X - p1.X + p2.X - p3.X;
        double dy1 = p1.Y - p2.Y, dy2 = p3.Y - p2.Y, sumY = p0.Y - p1.Y + p2.Y - p3.Y;
        double denominator = dx1 * dy2 - dx2 * dy1;
        double g = (sumX * dy2 - dx2 * sumY) / denominator;
        double h = (dx1 * sumY - sumX * dy1) / denominator;
        var toCorners = new Homography(
            p1.X - p0.X + g * p1.X, p3.X - p0.X + h * p3.X, p0.X,
            p1.Y - p0.Y + g * p1.Y, p3.Y - p0.Y + h * p3.Y, p0.Y,
            g, h, 1);
        try
        {
            return toCorners.Inverse();
        }
        catch (ArgumentException)
        {
            throw new ArgumentException("Three of the four points lie on a line.", nameof(corners));
        }
    }
}
