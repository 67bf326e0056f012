namespace Delg.LocalVerifier.Geometry;

/// <summary>Bounds on what two photos of one thing can do to each other. Outside them a map is chance.</summary>
/// <param name="MaxStretch">Largest ratio of the stretch along two directions, at least 1.</param>
/// <param name="MaxScale">Largest enlargement or reduction along any direction, at least 1.</param>
/// <param name="Mirrored">Mirrored maps are accepted.</param>
public sealed record PlausibleMaps(double MaxStretch = 4, double MaxScale = 6, bool Mirrored = false)
{
    /// <summary>Whether the map is within the bounds.</summary>
    public bool Accept(in AffineMap map)
    {
        if (!Mirrored && !(map.Determinant > 0))
            return false;
        var (largest, smallest) = map.SingularValues;
        return largest <= MaxStretch * smallest && largest <= MaxScale && smallest * MaxScale >= 1;
    }
}
