using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Delg.Cli.Extraction;
using Delg.Cli.Output;
using Delg.Evaluation.Protocols;
using Delg.Gateway.Ranking;
using Delg.LocalVerifier;
using Delg.LocalVerifier.Matching;
using Delg.Model.Extraction;
using Delg.V1;

namespace Delg.Cli.Evaluate;

/// <summary>Answers every query of a folder protocol by each method, and judges the answers.</summary>
/// <param name="features">Descriptors of all pictures, by position as in the protocol.</param>
/// <param name="protocol">Says what is asked and what is right.</param>
/// <param name="settings">How answers are ordered.</param>
internal sealed class FolderRanking(IReadOnlyList<ImageFeatures> features, FolderProtocol protocol, RankingSettings settings)
{
    private const string GlobalOnly = "global";

    // Names break the last ties, as image ids do in a running system.
    private readonly string[] _names = [.. Enumerable.Range(0, features.Count).Select(i => i.ToString("D8", CultureInfo.InvariantCulture))];

    private readonly PairVerifier _verifier = new();

    /// <summary>Runs all methods. Candidates are the same for all: the whole index in order of similarity, of which the first are verified.</summary>
    public async Task<RankingOutcome> RunAsync(Terminal terminal, CancellationToken cancellation)
    {
        var neighbors = protocol.Queries.ToDictionary(query => query, Neighbors);
        var scores = new Dictionary<string, MethodScores>
        {
            [GlobalOnly] = MethodScores.Of([.. protocol.Queries.Select(query => Judge(query, neighbors[query], RankingRule.Similarity))]),
        };
        var verifyMs = new Dictionary<string, double>();
        foreach (var encoding in Methods().GroupBy(method => method.Encoding))
        {
            // One encoding at a time: three copies of all descriptors need not fit into memory together.
            FeatureSet[] sets = [.. features.Select(image => image.ToFeatureSet(encoding.Key))];
            foreach (var method in encoding)
            {
                (scores[method.Name], verifyMs[method.Name]) = await RunAsync(method, sets, neighbors, terminal, cancellation);
            }
        }

        return new RankingOutcome(InOrder(scores), InOrder(verifyMs));
    }

    private IEnumerable<RerankingMethod> Methods()
    {
        var fused = VerificationSettings.From(settings.Verification);
        var rule = RankingRule.Fused(settings.FusionWeight, settings.FusionCap);
        return
        [
            new("float32", DescriptorEncoding.Float32, fused, rule),
            new("int8", DescriptorEncoding.Int8, fused, rule),
            new("binary", DescriptorEncoding.Binary, fused, rule),
            new("published", DescriptorEncoding.Float32, VerificationSettings.Published with { Seed = fused.Seed }, RankingRule.Published),
        ];
    }

    private Dictionary<string, T> InOrder<T>(Dictionary<string, T> byName) =>
        Methods().Select(method => method.Name).Prepend(GlobalOnly).Where(byName.ContainsKey).ToDictionary(name => name, name => byName[name]);

    /// <summary>All other pictures, most similar first.</summary>
    private Candidate[] Neighbors(int query)
    {
        var candidates = new Candidate[features.Count - 1];
        for (var i = 0; i < candidates.Length; i++)
        {
            var image = i < query ? i : i + 1;
            candidates[i] = new Candidate(_names[image], TensorPrimitives.Dot<float>(features[query].Global, features[image].Global));
        }

        return [.. RankingRule.Similarity.Order(candidates).Select(ranked => candidates[ranked.Index])];
    }

    private async Task<(MethodScores Scores, double VerifyMs)> RunAsync(
        RerankingMethod method, FeatureSet[] sets, Dictionary<int, Candidate[]> neighbors, Terminal terminal, CancellationToken cancellation)
    {
        var outcomes = new QueryOutcome[protocol.Queries.Count];
        long ticks = 0;
        long verified = 0;
        await WorkProgress.TrackAsync(terminal, $"Verifying ({method.Name})", outcomes.Length, advance => Parallel.ForAsync(0, outcomes.Length, cancellation, (i, _) =>
        {
            var query = protocol.Queries[i];
            var candidates = neighbors[query].ToArray();
            var depth = Math.Min(settings.Depth, candidates.Length);
            var start = Stopwatch.GetTimestamp();
            for (var c = 0; c < depth; c++)
            {
                var pair = _verifier.Verify(sets[query], sets[PositionOf(candidates[c])], method.Verification, cancellation);
                candidates[c] = candidates[c] with { Inliers = new InlierCounts(pair.Inliers, pair.EffectiveInliers) };
            }

            Interlocked.Add(ref ticks, Stopwatch.GetTimestamp() - start);
            Interlocked.Add(ref verified, depth);
            outcomes[i] = Judge(query, candidates, method.Rule);
            advance();
            return ValueTask.CompletedTask;
        }));
        return (MethodScores.Of(outcomes), Stopwatch.GetElapsedTime(0, ticks).TotalMilliseconds / Math.Max(verified, 1));
    }

    private QueryOutcome Judge(int query, Candidate[] candidates, RankingRule rule) =>
        protocol.Judge(query, [.. rule.Order(candidates).Select(ranked => PositionOf(candidates[ranked.Index]))]);

    private static int PositionOf(Candidate candidate) => int.Parse(candidate.ImageId, CultureInfo.InvariantCulture);
}
