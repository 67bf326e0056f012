namespace Delg.LocalVerifier.Geometry;

/// <summary>Homography of the plane: x' = (A x + B y + C) / w, y' = (D x + E y + F) / w with w = G x + H y + I, pixels.</summary>
public readonly record struct ProjectiveMap(double A, double B, double C, double D, double E, double F, double G, double H, double I)
{
    /// <summary>The denominator at a point; points where it is not above 0 lie on or beyond the horizon.</summary>
    public double Denominator(double x, double y) => (G * x) + (H * y) + I;

    /// <summary>The point (x, y) carried over.</summary>
    public (double X, double Y) Apply(double x, double y)
    {
        var w = Denominator(x, y);
        return (((A * x) + (B * y) + C) / w, ((D * x) + (E * y) + F) / w);
    }

    /// <summary>The map back, or null when the plane collapses or a coefficient is not finite.</summary>
    public ProjectiveMap? Inverse()
    {
        // The adjugate: a homography does not care about scale. Its sign keeps denominators above 0 where this one's are.
        var determinant = (A * ((E * I) - (F * H))) - (B * ((D * I) - (F * G))) + (C * ((D * H) - (E * G)));
        var inverse = new ProjectiveMap(
            (E * I) - (F * H), (C * H) - (B * I), (B * F) - (C * E),
            (F * G) - (D * I), (A * I) - (C * G), (C * D) - (A * F),
            (D * H) - (E * G), (B * G) - (A * H), (A * E) - (B * D)).Times(1 / determinant);
        return inverse.IsFinite ? inverse : null;
    }

    /// <summary>This map after another.</summary>
    internal ProjectiveMap After(in ProjectiveMap first) => new(
        (A * first.A) + (B * first.D) + (C * first.G), (A * first.B) + (B * first.E) + (C * first.H), (A * first.C) + (B * first.F) + (C * first.I),
        (D * first.A) + (E * first.D) + (F * first.G), (D * first.B) + (E * first.E) + (F * first.H), (D * first.C) + (E * first.F) + (F * first.I),
        (G * first.A) + (H * first.D) + (I * first.G), (G * first.B) + (H * first.E) + (I * first.H), (G * first.C) + (H * first.F) + (I * first.I));

    /// <summary>This map of coordinates multiplied by <paramref name="before"/>, its result divided by <paramref name="after"/>.</summary>
    internal ProjectiveMap BetweenScales(double before, double after) => new(
        A * before / after, B * before / after, C / after, D * before / after, E * before / after, F / after, G * before, H * before, I);

    internal ProjectiveMap Times(double factor) =>
        new(A * factor, B * factor, C * factor, D * factor, E * factor, F * factor, G * factor, H * factor, I * factor);

    internal bool IsFinite => double.IsFinite(A + B + C + D + E + F + G + H + I);
}
