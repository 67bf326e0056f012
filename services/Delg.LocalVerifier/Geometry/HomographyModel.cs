using System.Numerics;

namespace Delg.LocalVerifier.Geometry;

/// <summary>Homographies: 4 pairs a sample. A source point on or beyond the horizon is no inlier.</summary>
internal readonly struct HomographyModel : IMapModel<ProjectiveMap>
{
    public static int SampleSize => 4;

    public static ProjectiveMap? ThroughSample(PointPairs pairs, ReadOnlySpan<int> sample) => HomographyFit.ThroughFour(pairs, sample);

    public static ProjectiveMap? LeastSquares(PointPairs pairs, ReadOnlySpan<bool> chosen) => HomographyFit.LeastSquares(pairs, chosen);

    public static int Count(PointPairs pairs, in ProjectiveMap map, float maxResidual)
    {
        ReadOnlySpan<float> xs = pairs.SourceX, ys = pairs.SourceY, us = pairs.TargetX, vs = pairs.TargetY;
        var m = new Coefficients(map);
        var limit = maxResidual * maxResidual;
        var lanes = Vector<float>.Count;
        var counts = Vector<int>.Zero;
        var i = 0;
        for (; i + lanes <= xs.Length; i += lanes)
        {
            var x = new Vector<float>(xs[i..]);
            var y = new Vector<float>(ys[i..]);
            // In one fixed order, so that vectors and the scalar tail agree to the bit on every machine; multiplied by w instead of divided.
            var w = ((x * m.G) + (y * m.H)) + new Vector<float>(m.I);
            var du = (((x * m.A) + (y * m.B)) + new Vector<float>(m.C)) - (new Vector<float>(us[i..]) * w);
            var dv = (((x * m.D) + (y * m.E)) + new Vector<float>(m.F)) - (new Vector<float>(vs[i..]) * w);
            counts -= Vector.LessThan((du * du) + (dv * dv), (w * w) * limit) & Vector.GreaterThan(w, Vector<float>.Zero);
        }

        var count = Vector.Sum(counts);
        for (; i < xs.Length; i++)
        {
            if (m.IsInlier(xs[i], ys[i], us[i], vs[i], limit))
                count++;
        }

        return count;
    }

    public static int Mark(PointPairs pairs, in ProjectiveMap map, float maxResidual, Span<bool> inliers)
    {
        var m = new Coefficients(map);
        var limit = maxResidual * maxResidual;
        var count = 0;
        for (var i = 0; i < pairs.Count; i++)
        {
            inliers[i] = m.IsInlier(pairs.SourceX[i], pairs.SourceY[i], pairs.TargetX[i], pairs.TargetY[i], limit);
            if (inliers[i])
                count++;
        }

        return count;
    }

    public static double SumOfSquares(PointPairs pairs, in ProjectiveMap map)
    {
        var sum = 0.0;
        for (var i = 0; i < pairs.Count; i++)
        {
            var (u, v) = map.Apply(pairs.SourceX[i], pairs.SourceY[i]);
            u -= pairs.TargetX[i];
            v -= pairs.TargetY[i];
            sum += (u * u) + (v * v);
        }

        return sum;
    }

    public static AffineMap Near(in ProjectiveMap map, double x, double y)
    {
        var w = map.Denominator(x, y);
        var (u, v) = map.Apply(x, y);
        return new AffineMap((map.A - (map.G * u)) / w, (map.B - (map.H * u)) / w, 0, (map.D - (map.G * v)) / w, (map.E - (map.H * v)) / w, 0);
    }

    private readonly struct Coefficients(in ProjectiveMap map)
    {
        public readonly float A = (float)map.A, B = (float)map.B, C = (float)map.C;
        public readonly float D = (float)map.D, E = (float)map.E, F = (float)map.F;
        public readonly float G = (float)map.G, H = (float)map.H, I = (float)map.I;

        public bool IsInlier(float x, float y, float u, float v, float limit)
        {
            var w = ((x * G) + (y * H)) + I;
            var du = (((x * A) + (y * B)) + C) - (u * w);
            var dv = (((x * D) + (y * E)) + F) - (v * w);
            return (du * du) + (dv * dv) < (w * w) * limit && w > 0;
        }
    }
}
