namespace Delg.LocalVerifier.Geometry;

/// <summary>Similarities (rotation, scale, shift; never mirrored): 2 pairs a sample. Points are complex numbers here: target = z · source + shift.</summary>
internal readonly struct SimilarityModel : IMapModel<AffineMap>
{
    // Squared distance, square pixels, below which two points count as one: their map would be ruled by rounding and noise.
    private const double LeastSquaredDistance = 1;

    public static int SampleSize => 2;

    public static AffineMap? ThroughSample(PointPairs pairs, ReadOnlySpan<int> sample)
    {
        var (i, j) = (sample[0], sample[1]);
        double x0 = pairs.SourceX[i], y0 = pairs.SourceY[i], u0 = pairs.TargetX[i], v0 = pairs.TargetY[i];
        double x = pairs.SourceX[j] - x0, y = pairs.SourceY[j] - y0, u = pairs.TargetX[j] - u0, v = pairs.TargetY[j] - v0;
        var squared = (x * x) + (y * y);
        if (!(squared >= LeastSquaredDistance) || !((u * u) + (v * v) >= LeastSquaredDistance))
            return null;
        return Map(((x * u) + (y * v)) / squared, ((x * v) - (y * u)) / squared, x0, y0, u0, v0);
    }

    public static AffineMap? LeastSquares(PointPairs pairs, ReadOnlySpan<bool> chosen)
    {
        double n = 0, mx = 0, my = 0, mu = 0, mv = 0;
        for (var i = 0; i < pairs.Count; i++)
        {
            if (!chosen[i])
                continue;
            n++;
            mx += pairs.SourceX[i];
            my += pairs.SourceY[i];
            mu += pairs.TargetX[i];
            mv += pairs.TargetY[i];
        }

        if (n < SampleSize)
            return null;
        (mx, my, mu, mv) = (mx / n, my / n, mu / n, mv / n);
        double real = 0, imaginary = 0, squared = 0;
        for (var i = 0; i < pairs.Count; i++)
        {
            if (!chosen[i])
                continue;
            double x = pairs.SourceX[i] - mx, y = pairs.SourceY[i] - my, u = pairs.TargetX[i] - mu, v = pairs.TargetY[i] - mv;
            real += (x * u) + (y * v);
            imaginary += (x * v) - (y * u);
            squared += (x * x) + (y * y);
        }

        return squared >= LeastSquaredDistance ? Map(real / squared, imaginary / squared, mx, my, mu, mv) : null;
    }

    public static int Count(PointPairs pairs, in AffineMap map, float maxResidual) => AffineConsensus.Count(pairs, map, maxResidual);

    public static int Mark(PointPairs pairs, in AffineMap map, float maxResidual, Span<bool> inliers) => AffineConsensus.Mark(pairs, map, maxResidual, inliers);

    public static double SumOfSquares(PointPairs pairs, in AffineMap map) => AffineConsensus.SumOfSquares(pairs, map);

    public static AffineMap Near(in AffineMap map, double x, double y) => map;

    // z = real + imaginary i, and (x, y) goes to (u, v).
    private static AffineMap? Map(double real, double imaginary, double x, double y, double u, double v)
    {
        var map = new AffineMap(real, -imaginary, u - (real * x) + (imaginary * y), imaginary, real, v - (imaginary * x) - (real * y));
        return map.IsFinite ? map : null;
    }
}
