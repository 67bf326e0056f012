using Delg.Contracts.Errors;
using Delg.LocalVerifier.Geometry;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Matching.Kernels;
using Microsoft.Extensions.ObjectPool;

namespace Delg.LocalVerifier;

/// <summary>
/// Decides whether two images show the same thing: nearest-neighbour matching of their local features, then RANSAC for an affine map. Safe for any
/// number of threads; working memory is pooled. The same input, settings and seed give the same answer on every run, thread and machine.
/// </summary>
public sealed class PairVerifier
{
    private readonly ObjectPool<Scratch> _scratch = new DefaultObjectPool<Scratch>(new DefaultPooledObjectPolicy<Scratch>(), Environment.ProcessorCount);
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
    /// <exception cref="DelgException">FAILED_PRECONDITION, MODEL_MISMATCH: the two come from different models, or differ in size.</exception>
    public PairVerification Verify(FeatureSet query, FeatureSet candidate, VerificationSettings settings)
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
            return Verify(query.ReducedTo(candidate.Encoding), candidate.ReducedTo(query.Encoding), settings, scratch);
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    private PairVerification Verify(FeatureSet query, FeatureSet candidate, VerificationSettings settings, Scratch scratch)
    {
        var matches = scratch.Matches;
        matches.Find(query, candidate, settings.MaxDescriptorDistance, settings.Mutual, _path);
        if (matches.Count < settings.MinPutative)
            return new PairVerification(matches.Count, 0, 0, false);

        // Source is the candidate and target the query, as in the paper's code, so the residual is one of the query.
        var queryScale = Scale(query, settings);
        var candidateScale = Scale(candidate, settings);
        scratch.Pairs.Resize(matches.Count);
        Gather(candidate.Positions, matches.Candidate, candidateScale, scratch.Pairs.SourceX, scratch.Pairs.SourceY);
        Gather(query.Positions, matches.Query, queryScale, scratch.Pairs.TargetX, scratch.Pairs.TargetY);
        var ransac = scratch.Ransac;
        var map = ransac.Estimate(scratch.Pairs, settings.ForRansac());
        if (map is not { } found)
            return new PairVerification(matches.Count, 0, 0, false);

        var effective = scratch.Effective.Count(scratch.Pairs, ransac.Inliers);
        var outcome = new PairVerification(matches.Count, ransac.InlierCount, effective, effective >= settings.MinEffectiveInliers);
        return found.BetweenScales(candidateScale, queryScale).Inverse() is { } affine
            ? Explain(outcome with { Affine = affine }, affine, query, candidate, matches, ransac.Inliers, settings.MaxExplainedMatches)
            : outcome;
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
        PairVerification outcome, AffineMap affine, FeatureSet query, FeatureSet candidate, PutativeMatches matches, ReadOnlySpan<bool> inliers, int maxMatches)
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
        return outcome with { QueryRegion = region, CandidateRegion = Array.ConvertAll(region, corner => Carry(affine, corner)), Matches = explained };
    }

    private static ImagePoint PointOf(FeatureSet features, int index) => new(features.Positions[2 * index], features.Positions[(2 * index) + 1]);

    private static ImagePoint Carry(in AffineMap map, ImagePoint point)
    {
        var (x, y) = map.Apply(point.X, point.Y);
        return new ImagePoint((float)x, (float)y);
    }

    // Working memory of one comparison; grows to the largest pair seen.
    private sealed class Scratch
    {
        public PutativeMatches Matches { get; } = new();

        public PointPairs Pairs { get; } = new();

        public AffineRansac Ransac { get; } = new();

        public EffectiveInliers Effective { get; } = new();
    }
}
