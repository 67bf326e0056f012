using Delg.Contracts.Validation;
using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>A search request with every default filled in and every limit checked.</summary>
/// <param name="Collection">Collection to search.</param>
/// <param name="TopK">Hits at most.</param>
/// <param name="RerankDepth">Candidates to verify; 0: none.</param>
/// <param name="Ranking">FUSED or PUBLISHED.</param>
/// <param name="Verification">How to verify, its preset in line with the ranking, its matches with what is to be explained.</param>
/// <param name="Expansion">How to expand the query; null: not.</param>
/// <param name="DuplicateSimilarity">Similarity from which hits are compared with each other and folded, -1 to 1; null: not.</param>
internal sealed record SearchPlan(
    string Collection,
    int TopK,
    int RerankDepth,
    V1.Ranking Ranking,
    VerificationOptions Verification,
    ExpansionPlan? Expansion,
    float? DuplicateSimilarity)
{
    private const int MaxExpansionCount = 100;
    private const int DefaultExpansionCount = 10;
    private const float MaxAlpha = 10;
    private const float DefaultAlpha = 3;
    private const uint MaxTimeBudgetMs = 3_600_000;

    /// <summary>Neighbours asked of the global search: enough to verify, and enough to answer.</summary>
    public int CandidateCount => Math.Max(TopK, RerankDepth);

    public static SearchPlan Of(SearchImagesRequest request, string collection, GatewayOptions options)
    {
        var depth = request.HasRerankDepth ? request.RerankDepth : options.DefaultRerankDepth;
        Check(request, collection, depth, options);
        var ranking = request.Ranking == V1.Ranking.Published ? V1.Ranking.Published : V1.Ranking.Fused;
        return new SearchPlan(
            collection,
            request.TopK == 0 ? options.DefaultTopK : request.TopK,
            depth,
            ranking,
            VerificationOf(request, ranking, options),
            request.Expansion is { } expansion
                ? new ExpansionPlan(expansion.Count == 0 ? DefaultExpansionCount : expansion.Count, expansion.HasAlpha ? expansion.Alpha : DefaultAlpha)
                : null,
            request.HideDuplicates is { } duplicates ? duplicates.HasMinSimilarity ? duplicates.MinSimilarity : options.DuplicateSimilarity : null);
    }

    private static VerificationOptions VerificationOf(SearchImagesRequest request, V1.Ranking ranking, GatewayOptions options)
    {
        var verification = request.Verification?.Clone() ?? new VerificationOptions();
        if (ranking == V1.Ranking.Published && verification.Preset == VerificationPreset.Unspecified)
            verification.Preset = VerificationPreset.Published;
        if (request.Explain is ExplainLevel.None or ExplainLevel.Summary)
            verification.MaxExplainedMatches = 0;
        else if (request.Explain == ExplainLevel.Matches && verification.MaxExplainedMatches == 0)
            verification.MaxExplainedMatches = (uint)options.ExplainedMatches;
        return verification;
    }

    private static void Check(SearchImagesRequest request, string collection, int depth, GatewayOptions options)
    {
        var check = new MessageCheck();
        check.CollectionName(collection, "collection");
        check.InRange(request.TopK, 0, options.MaxTopK, "top_k");
        check.InRange(depth, 0, options.MaxRerankDepth, "rerank_depth");
        check.That(Enum.IsDefined(request.Ranking), "ranking", "Must be FUSED or PUBLISHED.");
        check.That(Enum.IsDefined(request.Explain), "explain", "Must be NONE, SUMMARY or MATCHES.");
        if (request.HasMinSimilarity)
            check.Similarity(request.MinSimilarity, "min_similarity");
        check.That(request.MinEffectiveInliers == 0 || depth > 0, "min_effective_inliers", "Needs verification: rerank_depth is 0.");
        CheckExpansion(check, request.Expansion, depth);
        if (request.HideDuplicates is { HasMinSimilarity: true } duplicates)
            check.Similarity(duplicates.MinSimilarity, "hide_duplicates.min_similarity");
        check.InRange(request.TimeBudgetMs, 0, MaxTimeBudgetMs, "time_budget_ms");
        check.That(request.TimeBudgetMs == 0 || request.AllowPartial, "time_budget_ms", "Only with allow_partial.");
        check.Verification(request.Verification, "verification");
        CheckQuery(check, request, depth);
        check.ThrowIfInvalid();
    }

    private static void CheckExpansion(MessageCheck check, QueryExpansion? expansion, int depth)
    {
        if (expansion is null)
            return;
        check.That(depth > 0, "expansion", "Needs verification: rerank_depth is 0.");
        check.InRange(expansion.Count, 0, MaxExpansionCount, "expansion.count");
        if (expansion.HasAlpha)
            check.That(expansion.Alpha is >= 0 and <= MaxAlpha, "expansion.alpha", $"{expansion.Alpha} is outside 0 to {MaxAlpha}.");
    }

    private static void CheckQuery(MessageCheck check, SearchImagesRequest request, int depth)
    {
        if (request.QueryCase == SearchImagesRequest.QueryOneofCase.ImageId)
            check.That(request.Region is null || depth > 0, "region", "Of an indexed image it only narrows the local features, and rerank_depth is 0.");
        else
            check.That(request.Region is null || request.QueryCase is SearchImagesRequest.QueryOneofCase.Image or SearchImagesRequest.QueryOneofCase.ImageUrl, "region", "Only with an image as the query.");
        switch (request.QueryCase)
        {
            case SearchImagesRequest.QueryOneofCase.ImageId:
                check.ImageId(request.ImageId, "image_id");
                break;
            case SearchImagesRequest.QueryOneofCase.Features:
                check.Global(request.Features.Global, "features.global");
                if (depth > 0 || request.Features.Local is not null)
                    check.Local(request.Features.Local, "features.local");
                break;
            case SearchImagesRequest.QueryOneofCase.None:
                check.That(false, "query", "Required: image, image_id, image_url or features.");
                break;
        }
    }
}
