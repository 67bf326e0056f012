namespace Delg.LocalVerifier.Geometry;

/// <summary>Bounds on what two photos of one thing can do to each other. Outside them a map is chance.</summary>
/// <param name="MaxStretch">Largest ratio of the stretch along two directions, at least 1.</param>
/// <param name="MaxScale">Largest enlargement or reduction along any direction, at least 1.</param>
/// <param name="Mirrored">Mirrored maps are accepted.</param>
public sealed record PlausibleMaps(double MaxStretch = 4, double MaxScale = 6, bool Mirrored = false)
{
    // For what is rounded: maps this near to the bound are left to the roots.
    private const double Slack = 1e-6;

    /// <summary>Whether the map is within the bounds.</summary>
    public bool Accept(in AffineMap map)
    {
        // Most chance maps are far outside; the squares of the half-sums that singular values are made of tell without a root. Both tests in one
        // branch: that a map is mirrored cannot be predicted.
        var conformal = Square(map.A + map.E) + Square(map.D - map.B);
        var anticonformal = Square(map.A - map.E) + Square(map.D + map.B);
        var stretched = Math.Min(conformal, anticonformal) * Square(MaxStretch + 1) > Math.Max(conformal, anticonformal) * (Square(MaxStretch - 1) + Slack);
        if (stretched | !(Mirrored | map.Determinant > 0))
            return false;
        var (largest, smallest) = map.SingularValues;
        return largest <= MaxStretch * smallest && largest <= MaxScale && smallest * MaxScale >= 1;
    }

    private static double Square(double value) => value * value;
}
