using System.Numerics;
using System.Runtime.Intrinsics;

namespace Delg.LocalVerifier.Geometry;

/// <summary>How well a map explains point pairs.</summary>
internal static class AffineConsensus
{
    /// <summary>Pairs whose residual, the distance of the carried source from the target, is below the limit.</summary>
    public static int Count(PointPairs pairs, in AffineMap map, float maxResidual)
    {
        var limit = maxResidual * maxResidual;
        return Vector512.IsHardwareAccelerated ? CountWide(pairs, map, limit) : CountByVector(pairs, map, limit);
    }

    /// <summary>Marks the pairs that <see cref="Count"/> counts and returns their number.</summary>
    public static int Mark(PointPairs pairs, in AffineMap map, float maxResidual, Span<bool> inliers)
    {
        ReadOnlySpan<float> xs = pairs.SourceX, ys = pairs.SourceY, us = pairs.TargetX, vs = pairs.TargetY;
        var (a, b, c, d, e, f) = Coefficients(map);
        var limit = maxResidual * maxResidual;
        var count = 0;
        for (var i = 0; i < xs.Length; i++)
        {
            inliers[i] = SquaredResidual(xs[i], ys[i], us[i], vs[i], a, b, c, d, e, f) < limit;
            if (inliers[i])
                count++;
        }

        return count;
    }

    /// <summary>Sum over all pairs of the squared residual, square pixels.</summary>
    public static double SumOfSquares(PointPairs pairs, in AffineMap map)
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

    // Here and below plain products and sums in one fixed order, so that all agree to the bit on every machine.
    private static int CountWide(PointPairs pairs, in AffineMap map, float limit)
    {
        ReadOnlySpan<float> xs = pairs.Padded(0), ys = pairs.Padded(1), us = pairs.Padded(2), vs = pairs.Padded(3);
        var (a, b, c, d, e, f) = Coefficients(map);
        var counts = Vector512<int>.Zero;
        for (var i = 0; i < xs.Length; i += Vector512<float>.Count)
        {
            var x = Vector512.Create(xs[i..]);
            var y = Vector512.Create(ys[i..]);
            var du = (((x * a) + (y * b)) + Vector512.Create(c)) - Vector512.Create(us[i..]);
            var dv = (((x * d) + (y * e)) + Vector512.Create(f)) - Vector512.Create(vs[i..]);
            counts -= Vector512.LessThan((du * du) + (dv * dv), Vector512.Create(limit)).AsInt32();
        }

        return Vector512.Sum(counts);
    }

    private static int CountByVector(PointPairs pairs, in AffineMap map, float limit)
    {
        ReadOnlySpan<float> xs = pairs.Padded(0), ys = pairs.Padded(1), us = pairs.Padded(2), vs = pairs.Padded(3);
        var (a, b, c, d, e, f) = Coefficients(map);
        var counts = Vector<int>.Zero;
        for (var i = 0; i < xs.Length; i += Vector<float>.Count)
        {
            var x = new Vector<float>(xs[i..]);
            var y = new Vector<float>(ys[i..]);
            var du = (((x * a) + (y * b)) + new Vector<float>(c)) - new Vector<float>(us[i..]);
            var dv = (((x * d) + (y * e)) + new Vector<float>(f)) - new Vector<float>(vs[i..]);
            counts -= Vector.LessThan((du * du) + (dv * dv), new Vector<float>(limit));
        }

        return Vector.Sum(counts);
    }

    private static float SquaredResidual(float x, float y, float u, float v, float a, float b, float c, float d, float e, float f)
    {
        var du = (((x * a) + (y * b)) + c) - u;
        var dv = (((x * d) + (y * e)) + f) - v;
        return (du * du) + (dv * dv);
    }

    private static (float A, float B, float C, float D, float E, float F) Coefficients(in AffineMap map) =>
        ((float)map.A, (float)map.B, (float)map.C, (float)map.D, (float)map.E, (float)map.F);
}
