namespace Delg.LocalVerifier.Geometry;

/// <summary>A family of maps of the plane, as <see cref="Ransac{TModel, TMap}"/> needs it.</summary>
/// <typeparam name="TMap">One map.</typeparam>
internal interface IMapModel<TMap>
    where TMap : struct
{
    /// <summary>Pairs that fix a map, 2 to <see cref="SampleSequence.MostIndices"/>.</summary>
    public static abstract int SampleSize { get; }

    /// <summary>The map through a sample; null when it is degenerate: points that coincide or lie on a line, in either image.</summary>
    public static abstract TMap? ThroughSample(PointPairs pairs, ReadOnlySpan<int> sample);

    /// <summary>The map of least squares over the pairs that <paramref name="chosen"/> marks; null when they do not fix one.</summary>
    public static abstract TMap? LeastSquares(PointPairs pairs, ReadOnlySpan<bool> chosen);

    /// <summary>Pairs whose residual, the distance of the carried source from the target, is below the limit.</summary>
    public static abstract int Count(PointPairs pairs, in TMap map, float maxResidual);

    /// <summary>Marks the pairs that <see cref="Count"/> counts and returns their number.</summary>
    public static abstract int Mark(PointPairs pairs, in TMap map, float maxResidual, Span<bool> inliers);

    /// <summary>Sum over all pairs of the squared residual, square pixels.</summary>
    public static abstract double SumOfSquares(PointPairs pairs, in TMap map);

    /// <summary>The map as it is near a source point: an affine map without its shift.</summary>
    public static abstract AffineMap Near(in TMap map, double x, double y);
}
