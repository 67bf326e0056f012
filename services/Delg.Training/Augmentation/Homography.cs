namespace Delg.Training.Augmentation;

/// <summary>A projective mapping of the plane.</summary>
internal readonly struct Homography
{
    private readonly double _a, _b, _c, _d, _e, _f, _g, _h, _i;

    private Homography(double a, double b, double c, double d, double e, double f, double g, double h, double i) =>
        (_a, _b, _c, _d, _e, _f, _g, _h, _i) = (a, b, c, d, e, f, g, h, i);

    /// <summary>Maps the unit square's corners onto those of <paramref name="to"/> (Heckbert 1989, §2.2.3).</summary>
    public static Homography FromUnitSquare(Quadrilateral to)
    {
        (double x0, double y0) = to.TopLeft;
        (double x1, double y1) = to.TopRight;
        (double x2, double y2) = to.BottomRight;
        (double x3, double y3) = to.BottomLeft;
        double sumX = x0 - x1 + x2 - x3, sumY = y0 - y1 + y2 - y3;
        double dx1 = x1 - x2, dx2 = x3 - x2, dy1 = y1 - y2, dy2 = y3 - y2;
        double determinant = dx1 * dy2 - dx2 * dy1;
        double g = (sumX * dy2 - dx2 * sumY) / determinant;
        double h = (dx1 * sumY - sumX * dy1) / determinant;
        return new(x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1);
    }

    /// <summary>The mapping back, up to scale.</summary>
    public Homography Inverse() => new(
        _e * _i - _f * _h, _c * _h - _b * _i, _b * _f - _c * _e,
        _f * _g - _d * _i, _a * _i - _c * _g, _c * _d - _a * _f,
        _d * _h - _e * _g, _b * _g - _a * _h, _a * _e - _b * _d);

    public (double X, double Y) Apply(double x, double y)
    {
        double w = _g * x + _h * y + _i;
        return ((_a * x + _b * y + _c) / w, (_d * x + _e * y + _f) / w);
    }
}
