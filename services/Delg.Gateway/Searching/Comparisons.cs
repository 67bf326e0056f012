using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Searching;

/// <summary>Compares a query's local features with those stored of candidates.</summary>
internal sealed class Comparisons(
    BackendChannels backends, BackendCalls calls, LocalVerifierService.LocalVerifierServiceClient verifier, IOptions<GatewayOptions> options)
{
    /// <summary>One result each, in the order of the ids; null where a candidate could not be compared.</summary>
    /// <param name="collection">Collection of the candidates.</param>
    /// <param name="query">The query's features.</param>
    /// <param name="imageIds">The candidates.</param>
    /// <param name="verification">How to verify.</param>
    /// <param name="caller">Who waits.</param>
    public async Task<IReadOnlyList<Verification?>> CompareAsync(
        string collection, LocalFeatures query, IReadOnlyCollection<string> imageIds, VerificationOptions? verification, CallerContext caller)
    {
        var compared = new List<Verification?>(imageIds.Count);
        foreach (var some in imageIds.Chunk(options.Value.CandidatesPerCall))
        {
            var request = new VerifyCandidatesRequest { Collection = collection, Query = query, Options = verification };
            request.Candidates.AddRange(some.Select(id => new VerificationCandidate { ImageId = id }));
            compared.AddRange((await VerifyAsync(request, caller)).Select(result => result.Status == CandidateStatus.Compared ? result.Verification : null));
        }

        return compared;
    }

    /// <summary>The same with an indexed image as the query; null when its own features are gone or damaged.</summary>
    public async Task<IReadOnlyList<Verification?>?> TryCompareAsync(
        string collection, string queryId, IReadOnlyCollection<string> imageIds, VerificationOptions? verification, CallerContext caller)
    {
        if (imageIds.Count == 0)
            return [];
        LocalFeatures query;
        try
        {
            query = await FeaturesAsync(collection, queryId, caller);
        }
        catch (DelgException unreadable) when (unreadable.Reason is ErrorReason.ImageNotFound or ErrorReason.StoredDataCorrupt)
        {
            return null;
        }

        return await CompareAsync(collection, query, imageIds, verification, caller);
    }

    /// <summary>The stored features of an image.</summary>
    public async Task<LocalFeatures> FeaturesAsync(string collection, string imageId, CallerContext caller)
    {
        var request = new GetFeaturesRequest { Collection = collection, ImageId = imageId };
        return (await calls.CallAsync(Stage.Store, backends.LocalVerifier, caller, o => verifier.GetFeaturesAsync(request, o))).Features;
    }

    private async Task<IEnumerable<CandidateResult>> VerifyAsync(VerifyCandidatesRequest request, CallerContext caller)
    {
        try
        {
            return (await calls.CallAsync(Stage.Verify, backends.LocalVerifier, caller, o => verifier.VerifyCandidatesAsync(request, o))).Results;
        }
        catch (DelgException refused) when (refused.Violations.Any(violation => violation.Field == "candidates"))
        {
            // The caller sent no candidates: two settings of this system do not go together.
            throw new DelgException(
                StatusCode.Internal, ErrorReason.Internal,
                $"The gateway asks the local verifier for more candidates in a call ({GatewayHosting.Section}:{nameof(GatewayOptions.CandidatesPerCall)}) than that takes: {refused.Message}", refused);
        }
    }
}
