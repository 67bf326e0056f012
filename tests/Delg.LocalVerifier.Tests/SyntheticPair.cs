using Delg.LocalVerifier.Geometry;
using Delg.LocalVerifier.Matching;
using Delg.V1;

namespace Delg.LocalVerifier.Tests;

/// <summary>Two sets of features of which some are the same points seen through a known affine map.</summary>
internal sealed record SyntheticPair(FeatureSet Query, FeatureSet Candidate, AffineMap Truth, int TrueMatches)
{
    public const string ModelId = "test@000000000000";
    public const int Dim = 128;

    // Brings a uniform variable of width 1 to variance 1.
    private const double Spread = 3.4641016151377544;

    /// <param name="features">Features of each image.</param>
    /// <param name="trueMatches">How many of them show the same point.</param>
    /// <param name="seed">Everything random follows from it.</param>
    /// <param name="encoding">Encoding of both.</param>
    /// <param name="noisePx">Root mean square distance of a true match from its place, pixels of the candidate.</param>
    /// <param name="side">Both images are side × 3/4 side pixels.</param>
    /// <param name="common">Share of a direction common to all descriptors: makes wrong pairs look alike, as real descriptors do.</param>
    public static SyntheticPair Create(
        int features, int trueMatches, int seed, DescriptorEncoding encoding = DescriptorEncoding.Float32, double noisePx = 2, int side = 1024, float common = 0)
    {
        var random = new Random(seed);
        var height = side * 3 / 4;
        var truth = new AffineMap(0.82, -0.28, 0.2 * side, 0.24, 0.88, -0.06 * side);
        var query = Rows(random, features, common);
        var candidate = Rows(random, features, common);
        var queryPositions = Positions(random, features, side, height);
        var candidatePositions = Positions(random, features, side, height);
        for (var i = 0; i < trueMatches; i++)
        {
            // Candidate order is reversed so that no index happens to agree.
            var other = features - 1 - i;
            var (x, y) = truth.Apply(queryPositions[2 * i], queryPositions[(2 * i) + 1]);
            candidatePositions[2 * other] = (float)(x + (noisePx / Math.Sqrt(2) * Normal(random)));
            candidatePositions[(2 * other) + 1] = (float)(y + (noisePx / Math.Sqrt(2) * Normal(random)));
            for (var d = 0; d < Dim; d++)
                candidate[(other * Dim) + d] = query[(i * Dim) + d] + (0.3f * candidate[(other * Dim) + d]);
        }

        return new SyntheticPair(
            FeatureSet.From(ModelId, side, height, queryPositions, query, Dim, encoding),
            FeatureSet.From(ModelId, side, height, candidatePositions, candidate, Dim, encoding),
            truth, trueMatches);
    }

    /// <summary>Mean distance, over the corners of the query, between where a map carries them and where the truth does, pixels.</summary>
    public double CornerError(AffineMap map)
    {
        (int X, int Y)[] corners = [(0, 0), (Query.Width, 0), (Query.Width, Query.Height), (0, Query.Height)];
        return corners.Average(corner =>
        {
            var (x, y) = map.Apply(corner.X, corner.Y);
            var (u, v) = Truth.Apply(corner.X, corner.Y);
            return Math.Sqrt(((x - u) * (x - u)) + ((y - v) * (y - v)));
        });
    }

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static float[] Rows(Random random, int features, float common)
    {
        var direction = Math.Sqrt(common);
        var own = Math.Sqrt(1 - common);
        var rows = new float[features * Dim];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = (float)((own * Spread * (random.NextDouble() - 0.5)) + (direction * (i % 2 == 0 ? 1 : -1)));
        return rows;
    }

    private static float[] Positions(Random random, int features, int width, int height)
    {
        var positions = new float[2 * features];
        for (var i = 0; i < features; i++)
        {
            positions[2 * i] = (float)(random.NextDouble() * width);
            positions[(2 * i) + 1] = (float)(random.NextDouble() * height);
        }

        return positions;
    }
}
