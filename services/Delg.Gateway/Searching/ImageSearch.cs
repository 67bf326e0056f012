using System.Diagnostics;
using Delg.Gateway.Backends;
using Delg.Gateway.Indexing;
using Delg.Gateway.Ranking;
using Delg.Gateway.Telemetry;
using Delg.V1;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Searching;

/// <summary>Finds images that show what the query shows: describe, search, verify, rank.</summary>
internal sealed class ImageSearch(
    BackendChannels backends,
    BackendCalls calls,
    GlobalIndexService.GlobalIndexServiceClient index,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    QuerySource queries,
    ImageCollections collections,
    GatewayTelemetry telemetry,
    IOptions<GatewayOptions> options)
{
    public async Task<SearchImagesResponse> SearchAsync(SearchImagesRequest request, CallerContext caller)
    {
        var arrival = Stopwatch.GetTimestamp();
        var plan = SearchPlan.Of(request, collections.NameOrDefault(request.Collection), options.Value);
        var query = await queries.DescribeAsync(request, plan, caller);
        var described = Stopwatch.GetTimestamp();
        var neighbors = await NeighborsAsync(request, plan, query.Global, caller);
        telemetry.Searched(neighbors.Count);
        var searched = Stopwatch.GetTimestamp();
        var verifications = await VerifyAsync(plan, query.Local, neighbors, caller);
        var verified = Stopwatch.GetTimestamp();

        var response = new SearchImagesResponse { Ranking = plan.Ranking, CandidateCount = neighbors.Count };
        response.Hits.AddRange(Hits(plan, request.MinEffectiveInliers, neighbors, verifications));
        if (request.IncludeTimings)
        {
            response.Timings = new SearchTimings
            {
                ExtractMs = Milliseconds(arrival, described),
                SearchMs = Milliseconds(described, searched),
                VerifyMs = Milliseconds(searched, verified),
                TotalMs = Milliseconds(arrival, Stopwatch.GetTimestamp()),
            };
        }

        return response;
    }

    private async Task<IReadOnlyList<Neighbor>> NeighborsAsync(SearchImagesRequest request, SearchPlan plan, GlobalDescriptor query, CallerContext caller)
    {
        var search = new SearchEntriesRequest { Collection = plan.Collection, Queries = { query }, TopK = plan.CandidateCount };
        if (request.HasMinSimilarity)
            search.MinSimilarity = request.MinSimilarity;
        if (request.QueryCase == SearchImagesRequest.QueryOneofCase.ImageId)
            search.ExcludeImageIds.Add(request.ImageId);
        var answer = await calls.CallAsync(Stage.Search, backends.GlobalIndex, caller, o => index.SearchEntriesAsync(search, o));
        return answer.Results[0].Neighbors;
    }

    /// <summary>The comparison with each neighbour, in their order; null where there was none.</summary>
    private async Task<Verification?[]> VerifyAsync(SearchPlan plan, LocalFeatures? query, IReadOnlyList<Neighbor> neighbors, CallerContext caller)
    {
        var verifications = new Verification?[neighbors.Count];
        var depth = Math.Min(plan.RerankDepth, neighbors.Count);
        if (depth == 0)
            return verifications;
        var request = new VerifyCandidatesRequest { Collection = plan.Collection, Query = query, Options = plan.Verification };
        request.Candidates.AddRange(neighbors.Take(depth).Select(n => new VerificationCandidate { ImageId = n.ImageId }));
        var answer = await calls.CallAsync(Stage.Verify, backends.LocalVerifier, caller, o => verifier.VerifyCandidatesAsync(request, o));
        for (var i = 0; i < depth; i++)
            verifications[i] = answer.Results[i].Status == CandidateStatus.Compared ? answer.Results[i].Verification : null;
        return verifications;
    }

    private IEnumerable<Hit> Hits(SearchPlan plan, uint minEffectiveInliers, IReadOnlyList<Neighbor> neighbors, Verification?[] verifications)
    {
        var candidates = neighbors.Select((n, i) => new Candidate(n.ImageId, n.Similarity, Counts(verifications[i]))).ToList();
        return RuleOf(plan).Order(candidates)
            .Where(ranked => minEffectiveInliers == 0 || verifications[ranked.Index]?.EffectiveInliers >= minEffectiveInliers)
            .Take(plan.TopK)
            .Select(ranked => new Hit
            {
                ImageId = neighbors[ranked.Index].ImageId,
                Score = ranked.Score,
                Similarity = neighbors[ranked.Index].Similarity,
                Verification = verifications[ranked.Index],
                Metadata = neighbors[ranked.Index].Metadata,
                ImageSize = neighbors[ranked.Index].ImageSize,
            });
    }

    private RankingRule RuleOf(SearchPlan plan) =>
        plan.RerankDepth == 0 ? RankingRule.Similarity
        : plan.Ranking == V1.Ranking.Published ? RankingRule.Published
        : RankingRule.Fused(options.Value.FusionWeight, options.Value.FusionCap);

    private static InlierCounts? Counts(Verification? verification) =>
        verification is null ? null : new InlierCounts((int)verification.Inliers, (int)verification.EffectiveInliers);

    private static float Milliseconds(long start, long end) => (float)Stopwatch.GetElapsedTime(start, end).TotalMilliseconds;
}
