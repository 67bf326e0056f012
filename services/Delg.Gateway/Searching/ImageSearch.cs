using Delg.Gateway.Backends;
using Delg.Gateway.Duplicates;
using Delg.Gateway.Indexing;
using Delg.Gateway.Ranking;
using Delg.Gateway.Telemetry;
using Delg.V1;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Searching;

/// <summary>Finds images that show what the query shows: describe, search, verify, expand where asked to, rank, fold duplicates where asked to.</summary>
internal sealed class ImageSearch(
    BackendChannels backends,
    BackendCalls calls,
    GlobalIndexService.GlobalIndexServiceClient index,
    QuerySource queries,
    GlobalDescriptors descriptors,
    Comparisons comparisons,
    DuplicateFolding folding,
    ImageCollections collections,
    ModelFusion fusion,
    GatewayTelemetry telemetry,
    IOptions<GatewayOptions> options)
{
    public async Task<SearchImagesResponse> SearchAsync(SearchImagesRequest request, CallerContext caller)
    {
        var clock = new StageClock();
        var timings = new SearchTimings();
        var plan = SearchPlan.Of(request, collections.NameOrDefault(request.Collection), options.Value);
        var budget = new TimeBudget(request, caller, TimeSpan.FromMilliseconds(options.Value.PartialReserveMs));
        var response = new SearchImagesResponse { Ranking = plan.Ranking };
        var query = await queries.DescribeAsync(request, plan, caller);
        var candidates = new CandidateList(plan, await RuleOfAsync(plan, query.Global.ModelId, caller));
        timings.ExtractMs = clock.Lap();
        candidates.Replace(await NeighborsAsync(request, plan, query.Global, caller));
        telemetry.Searched(candidates.Count);
        timings.SearchMs = clock.Lap();
        await VerifyAsync(request, plan, query, candidates, budget);
        timings.VerifyMs = clock.Lap();
        if (plan.Expansion is not null)
            await ExpandAsync(request, plan, query, candidates, budget, response);
        timings.ExpandMs = clock.Lap();
        var hits = candidates.Ranked(request.MinEffectiveInliers);
        response.Hits.AddRange(plan.DuplicateSimilarity is null ? hits.Take(plan.TopK) : await folding.FoldAsync(hits, plan, budget));
        timings.FoldMs = clock.Lap();
        timings.TotalMs = clock.Total();

        response.CandidateCount = candidates.Count;
        response.ComparedCount = candidates.ComparedCount;
        response.GlobalOfWholeImage = query.IsGlobalOfWholeImage;
        response.Partial = budget.IsSpent;
        if (request.Explain == ExplainLevel.None)
            LeaveCountsOnly(response.Hits);
        if (request.IncludeTimings)
            response.Timings = timings;
        return response;
    }

    private async Task<IReadOnlyList<Neighbor>> NeighborsAsync(SearchImagesRequest request, SearchPlan plan, GlobalDescriptor query, CallerContext caller)
    {
        var search = new SearchEntriesRequest { Collection = plan.Collection, Queries = { query }, TopK = plan.CandidateCount, Filter = request.Filter };
        if (request.HasMinSimilarity)
            search.MinSimilarity = request.MinSimilarity;
        if (request.QueryCase == SearchImagesRequest.QueryOneofCase.ImageId)
            search.ExcludeImageIds.Add(request.ImageId);
        var answer = await calls.CallAsync(Stage.Search, backends.GlobalIndex, caller, o => index.SearchEntriesAsync(search, o));
        return answer.Results[0].Neighbors;
    }

    /// <summary>All in one call; in several for who takes a part, so that the nearest are known when time is up.</summary>
    private async Task VerifyAsync(SearchImagesRequest request, SearchPlan plan, QueryDescriptors query, CandidateList candidates, TimeBudget budget)
    {
        foreach (var batch in candidates.Uncompared.ToList().Chunk(request.AllowPartial ? options.Value.PartialBatchCandidates : plan.CandidateCount))
        {
            var isDone = await budget.TryAsync(async caller =>
            {
                var results = await comparisons.CompareAsync(plan.Collection, query.Local!, batch, plan.Verification, caller);
                for (var i = 0; i < batch.Length; i++)
                {
                    if (results[i] is { } verification)
                        candidates.Compared(batch[i], verification);
                }
            });
            if (!isDone)
                return;
        }
    }

    private async Task ExpandAsync(
        SearchImagesRequest request, SearchPlan plan, QueryDescriptors query, CandidateList candidates, TimeBudget budget, SearchImagesResponse response)
    {
        var verified = candidates.Ranked(0).Where(hit => hit.Verification?.Verified == true).Take(plan.Expansion!.Count).ToList();
        if (verified.Count == 0)
            return;
        var isDone = await budget.TryAsync(async caller =>
        {
            var known = await descriptors.OfAsync(plan.Collection, verified.Select(hit => hit.ImageId), caller);
            var taken = verified.Where(hit => known.ContainsKey(hit.ImageId)).ToList();
            var expanded = ExpandedQuery.Of(query.Global, taken.Select(hit => (known[hit.ImageId], hit.Similarity)), plan.Expansion.Alpha);
            candidates.Replace(await NeighborsAsync(request, plan, expanded, caller));
            response.ExpansionImageIds.AddRange(taken.Select(hit => hit.ImageId));
        });
        if (isDone)
            await VerifyAsync(request, plan, query, candidates, budget);
    }

    private async Task<RankingRule> RuleOfAsync(SearchPlan plan, string modelId, CallerContext caller) =>
        plan.RerankDepth == 0 ? RankingRule.Similarity
        : plan.Ranking == V1.Ranking.Published ? RankingRule.Published
        : await fusion.RuleAsync(modelId, caller);

    private static void LeaveCountsOnly(IEnumerable<Hit> hits)
    {
        foreach (var verification in hits.Select(hit => hit.Verification).OfType<Verification>())
        {
            verification.Affine.Clear();
            verification.Homography.Clear();
            verification.QueryRegion.Clear();
            verification.CandidateRegion.Clear();
        }
    }
}
