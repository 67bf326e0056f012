namespace Delg.LocalVerifier.Geometry;

/// <summary>Affine maps: 3 pairs a sample.</summary>
internal readonly struct AffineModel : IMapModel<AffineMap>
{
    public static int SampleSize => 3;

    public static AffineMap? ThroughSample(PointPairs pairs, ReadOnlySpan<int> sample) => AffineFit.ThroughThree(pairs, sample[0], sample[1], sample[2]);

    public static AffineMap? LeastSquares(PointPairs pairs, ReadOnlySpan<bool> chosen) => AffineFit.LeastSquares(pairs, chosen);

    public static int Count(PointPairs pairs, in AffineMap map, float maxResidual) => AffineConsensus.Count(pairs, map, maxResidual);

    public static int Mark(PointPairs pairs, in AffineMap map, float maxResidual, Span<bool> inliers) => AffineConsensus.Mark(pairs, map, maxResidual, inliers);

    public static double SumOfSquares(PointPairs pairs, in AffineMap map) => AffineConsensus.SumOfSquares(pairs, map);

    public static AffineMap Near(in AffineMap map, double x, double y) => map;
}
