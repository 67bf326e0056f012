using Delg.Contracts.Errors;
using Delg.LocalVerifier.Geometry;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Matching.Kernels;
using Delg.V1;
using Microsoft.Extensions.ObjectPool;

namespace Delg.LocalVerifier;

/// <summary>
/// Decides whether two images show the same thing: nearest-neighbour matching of their local features, then RANSAC for a map of the plane. Safe for any
/// number of threads; working memory is pooled. The same input, settings and seed give the same answer on every run, thread and machine.
/// </summary>
public sealed class PairVerifier
{
    // Kept a processor: threads that stand still in the middle of a pair hold theirs, and one made anew is large.
    private const int ScratchOfProcessor = 4;

    private readonly ObjectPool<Scratch> _scratch =
        new DefaultObjectPool<Scratch>(new DefaultPooledObjectPolicy<Scratch>(), ScratchOfProcessor * Environment.ProcessorCount);
    private readonly InstructionPath _path;

    /// <summary>A verifier that uses the fastest instructions of this machine.</summary>
    public PairVerifier()
        : this(InstructionPaths.Best)
    {
    }

    internal PairVerifier(InstructionPath path) => _path = path;

    /// <summary>Compares two images in the smaller of their encodings.</summary>
    /// <param name="query">The query's features; may have none.</param>
    /// <param name="candidate">The candidate's features; may have none.</param>
    /// <param name="settings">How to match and verify.</param>
    /// <param name="cancellation">Looked at many times a millisecond.</param>
    /// <exception cref="DelgException">FAILED_PRECONDITION, MODEL_MISMATCH: the two come from different models, or differ in size.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public PairVerification Verify(FeatureSet query, FeatureSet candidate, VerificationSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(settings);
        if (query.ModelId != candidate.ModelId)
            throw DelgException.ModelMismatch(query.ModelId, candidate.ModelId);
        if (query.Dim != candidate.Dim)
            throw DelgException.ModelMismatch($"{query.ModelId} ({query.Dim} components)", $"{candidate.ModelId} ({candidate.Dim} components)");
        var scratch = _scratch.Get();
        try
        {
            return Verify(query.ReducedTo(candidate.Encoding), candidate.ReducedTo(query.Encoding), settings, scratch, cancellation);
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    private PairVerification Verify(
        FeatureSet query, FeatureSet candidate, VerificationSettings settings, Scratch scratch, CancellationToken cancellation)
    {
        var matches = scratch.Matches;
        matches.Find(query, candidate, settings, _path, cancellation);
        if (matches.Count < settings.MinPutative)
            return new PairVerification(matches.Count, 0, 0, false);

        // Source is the candidate and target the query, as in the paper's code, so the residual is one of the query.
        var (before, after) = (Scale(candidate, settings), Scale(query, settings));
        var pairs = scratch.Pairs;
        pairs.Resize(matches.Count);
        Gather(candidate.Positions, matches.Candidate, before, pairs.SourceX, pairs.SourceY);
        Gather(query.Positions, matches.Query, after, pairs.TargetX, pairs.TargetY);
        switch (settings.Model)
        {
            case GeometricModel.Homography:
                var homography = scratch.Homographies.Estimate(pairs, settings.ForRansac(), cancellation);
                return homography is { } projective
                    ? Explain(projective, before, after, query, candidate, settings, scratch)
                    : new PairVerification(matches.Count, 0, 0, false);
            case GeometricModel.Similarity:
                var similarity = scratch.Similarities.Estimate(pairs, settings.ForRansac(), cancellation);
                return Explain(similarity, before, after, query, candidate, settings, scratch, scratch.Similarities.Inliers);
            default:
                var affine = scratch.Affines.Estimate(pairs, settings.ForRansac(), cancellation);
                return Explain(affine, before, after, query, candidate, settings, scratch, scratch.Affines.Inliers);
        }
    }

    private static PairVerification Explain(
        AffineMap? found, double before, double after, FeatureSet query, FeatureSet candidate, VerificationSettings settings, Scratch scratch, ReadOnlySpan<bool> inliers)
    {
        if (found is not { } map)
            return new PairVerification(scratch.Matches.Count, 0, 0, false);
        var outcome = Counted(inliers, settings, scratch);
        return map.BetweenScales(before, after).Inverse() is { } affine
            ? Explain(outcome with { Affine = affine }, point => affine.Apply(point.X, point.Y), query, candidate, scratch.Matches, inliers, settings.MaxExplainedMatches)
            : outcome;
    }

    private static PairVerification Explain(
        in ProjectiveMap found, double before, double after, FeatureSet query, FeatureSet candidate, VerificationSettings settings, Scratch scratch)
    {
        var inliers = scratch.Homographies.Inliers;
        var outcome = Counted(inliers, settings, scratch) with
        {
            Affine = AffineFit.LeastSquares(scratch.Pairs, inliers)?.BetweenScales(before, after).Inverse(),
        };
        if (found.BetweenScales(before, after).Inverse() is not { } map)
            return outcome;
        return Explain(
            outcome with { Homography = map.I == 0 ? map : map.Times(1 / map.I) }, point => map.Apply(point.X, point.Y), query, candidate, scratch.Matches, inliers,
            settings.MaxExplainedMatches);
    }

    private static PairVerification Counted(ReadOnlySpan<bool> inliers, VerificationSettings settings, Scratch scratch)
    {
        var effective = scratch.Effective.Count(scratch.Pairs, inliers);
        return new PairVerification(scratch.Matches.Count, inliers[..scratch.Matches.Count].Count(true), effective, effective >= settings.MinEffectiveInliers);
    }

    private static double Scale(FeatureSet features, VerificationSettings settings) =>
        settings.MaxSide is { } side ? Math.Min(1, (double)side / Math.Max(features.Width, features.Height)) : 1;

    private static void Gather(ReadOnlySpan<float> positions, ReadOnlySpan<int> features, double scale, Span<float> xs, Span<float> ys)
    {
        for (var i = 0; i < features.Length; i++)
        {
            xs[i] = (float)(positions[2 * features[i]] * scale);
            ys[i] = (float)(positions[(2 * features[i]) + 1] * scale);
        }
    }

    private static PairVerification Explain(
        PairVerification outcome, Func<ImagePoint, (double X, double Y)> carry, FeatureSet query, FeatureSet candidate, PutativeMatches matches, ReadOnlySpan<bool> inliers, int maxMatches)
    {
        float left = float.PositiveInfinity, top = float.PositiveInfinity, right = float.NegativeInfinity, bottom = float.NegativeInfinity;
        var strongest = new List<(float Distance, int Match)>(maxMatches > 0 ? outcome.Inliers : 0);
        for (var i = 0; i < matches.Count; i++)
        {
            if (!inliers[i])
                continue;
            var point = PointOf(query, matches.Query[i]);
            left = Math.Min(left, point.X);
            right = Math.Max(right, point.X);
            top = Math.Min(top, point.Y);
            bottom = Math.Max(bottom, point.Y);
            if (maxMatches > 0)
                strongest.Add((matches.Distance[i], i));
        }

        // Ties in the order of the query's features, which are strongest first.
        strongest.Sort();
        var explained = new InlierMatch[Math.Min(strongest.Count, maxMatches)];
        for (var i = 0; i < explained.Length; i++)
        {
            var (distance, match) = strongest[i];
            explained[i] = new InlierMatch(PointOf(query, matches.Query[match]), PointOf(candidate, matches.Candidate[match]), distance);
        }

        ImagePoint[] region = [new(left, top), new(right, top), new(right, bottom), new(left, bottom)];
        return outcome with { QueryRegion = region, CandidateRegion = Array.ConvertAll(region, corner => Rounded(carry(corner))), Matches = explained };
    }

    private static ImagePoint PointOf(FeatureSet features, int index) => new(features.Positions[2 * index], features.Positions[(2 * index) + 1]);

    private static ImagePoint Rounded((double X, double Y) point) => new((float)point.X, (float)point.Y);

    // Working memory of one comparison; grows to the largest pair seen.
    private sealed class Scratch
    {
        public PutativeMatches Matches { get; } = new();

        public PointPairs Pairs { get; } = new();

        public Ransac<AffineModel, AffineMap> Affines { get; } = new();

        public Ransac<SimilarityModel, AffineMap> Similarities { get; } = new();

        public Ransac<HomographyModel, ProjectiveMap> Homographies { get; } = new();

        public EffectiveInliers Effective { get; } = new();
    }
}
