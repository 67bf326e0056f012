using Delg.Contracts.Validation;
using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>A search request with every default filled in and every limit checked.</summary>
/// <param name="Collection">Collection to search.</param>
/// <param name="TopK">Hits at most.</param>
/// <param name="RerankDepth">Candidates to verify; 0: none.</param>
/// <param name="Ranking">FUSED or PUBLISHED.</param>
/// <param name="Verification">How to verify, its preset in line with the ranking.</param>
internal sealed record SearchPlan(string Collection, int TopK, int RerankDepth, V1.Ranking Ranking, VerificationOptions Verification)
{
    /// <summary>Neighbours asked of the global search: enough to verify, and enough to answer.</summary>
    public int CandidateCount => Math.Max(TopK, RerankDepth);

    public static SearchPlan Of(SearchImagesRequest request, string collection, GatewayOptions options)
    {
        var depth = request.HasRerankDepth ? request.RerankDepth : options.DefaultRerankDepth;
        Check(request, collection, depth, options);
        var ranking = request.Ranking == V1.Ranking.Published ? V1.Ranking.Published : V1.Ranking.Fused;
        var verification = request.Verification ?? new VerificationOptions();
        if (ranking == V1.Ranking.Published && verification.Preset == VerificationPreset.Unspecified)
            verification = new VerificationOptions(verification) { Preset = VerificationPreset.Published };
        return new SearchPlan(collection, request.TopK == 0 ? options.DefaultTopK : request.TopK, depth, ranking, verification);
    }

    private static void Check(SearchImagesRequest request, string collection, int depth, GatewayOptions options)
    {
        var check = new MessageCheck();
        check.CollectionName(collection, "collection");
        check.InRange(request.TopK, 0, options.MaxTopK, "top_k");
        check.InRange(depth, 0, options.MaxRerankDepth, "rerank_depth");
        check.That(Enum.IsDefined(request.Ranking), "ranking", "Must be FUSED or PUBLISHED.");
        if (request.HasMinSimilarity)
            check.That(request.MinSimilarity is >= -1 and <= 1, "min_similarity", $"{request.MinSimilarity} is outside -1 to 1.");
        check.That(request.MinEffectiveInliers == 0 || depth > 0, "min_effective_inliers", "Needs verification: rerank_depth is 0.");
        check.That(request.Region is null || request.QueryCase == SearchImagesRequest.QueryOneofCase.Image, "region", "Only with an image as the query.");
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
                check.That(false, "query", "Required: image, image_id or features.");
                break;
        }

        check.ThrowIfInvalid();
    }
}
