namespace Delg.LocalVerifier.Geometry;

/// <summary>Affine map of the plane: x' = A x + B y + C, y' = D x + E y + F.</summary>
/// <param name="A">x to x'.</param>
/// <param name="B">y to x'.</param>
/// <param name="C">Shift of x', pixels.</param>
/// <param name="D">x to y'.</param>
/// <param name="E">y to y'.</param>
/// <param name="F">Shift of y', pixels.</param>
public readonly record struct AffineMap(double A, double B, double C, double D, double E, double F)
{
    /// <summary>Area of the image of a unit square; negative when the map mirrors.</summary>
    public double Determinant => (A * E) - (B * D);

    /// <summary>Largest and smallest stretch of a direction: the singular values of the linear part.</summary>
    public (double Largest, double Smallest) SingularValues
    {
        get
        {
            // Of [A B; D E]: half-sums of the lengths of the conformal and the anticonformal part.
            var conformal = Math.Sqrt(Square(A + E) + Square(D - B)) / 2;
            var anticonformal = Math.Sqrt(Square(A - E) + Square(D + B)) / 2;
            return (conformal + anticonformal, Math.Abs(conformal - anticonformal));
        }
    }

    /// <summary>The point (x, y) carried over.</summary>
    public (double X, double Y) Apply(double x, double y) => ((A * x) + (B * y) + C, (D * x) + (E * y) + F);

    /// <summary>The map back, or null when the plane collapses to a line or a point, or a coefficient is not finite.</summary>
    public AffineMap? Inverse()
    {
        var determinant = Determinant;
        var a = E / determinant;
        var b = -B / determinant;
        var d = -D / determinant;
        var e = A / determinant;
        var inverse = new AffineMap(a, b, -((a * C) + (b * F)), d, e, -((d * C) + (e * F)));
        return inverse.IsFinite ? inverse : null;
    }

    /// <summary>This map of coordinates multiplied by <paramref name="before"/>, its result divided by <paramref name="after"/>.</summary>
    internal AffineMap BetweenScales(double before, double after) =>
        new(A * before / after, B * before / after, C / after, D * before / after, E * before / after, F / after);

    internal bool IsFinite => double.IsFinite(A + B + C + D + E + F);

    private static double Square(double value) => value * value;
}
