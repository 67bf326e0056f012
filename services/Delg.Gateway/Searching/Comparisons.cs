using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>Compares a query's local features with those stored of candidates.</summary>
internal sealed class Comparisons(BackendChannels backends, BackendCalls calls, LocalVerifierService.LocalVerifierServiceClient verifier)
{
    /// <summary>One result each, in the order of the ids; null where a candidate could not be compared.</summary>
    /// <param name="collection">Collection of the candidates.</param>
    /// <param name="query">The query's features.</param>
    /// <param name="imageIds">The candidates, at most as many as the verifier takes in a call.</param>
    /// <param name="verification">How to verify.</param>
    /// <param name="caller">Who waits.</param>
    public async Task<IReadOnlyList<Verification?>> CompareAsync(
        string collection, LocalFeatures query, IReadOnlyCollection<string> imageIds, VerificationOptions? verification, CallerContext caller)
    {
        if (imageIds.Count == 0)
            return [];
        var request = new VerifyCandidatesRequest { Collection = collection, Query = query, Options = verification };
        request.Candidates.AddRange(imageIds.Select(id => new VerificationCandidate { ImageId = id }));
        var answer = await calls.CallAsync(Stage.Verify, backends.LocalVerifier, caller, o => verifier.VerifyCandidatesAsync(request, o));
        return [.. answer.Results.Select(result => result.Status == CandidateStatus.Compared ? result.Verification : null)];
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
}
