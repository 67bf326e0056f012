using System.Numerics.Tensors;
using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Gateway.Searching;

/// <summary>Compares two images without indexing them.</summary>
internal sealed class ImageMatching(
    BackendChannels backends,
    BackendCalls calls,
    ExtractorService.ExtractorServiceClient extractor,
    LocalVerifierService.LocalVerifierServiceClient verifier)
{
    public async Task<MatchImagesResponse> MatchAsync(MatchImagesRequest request, CallerContext caller)
    {
        var both = await Task.WhenAll(ExtractAsync(request.Query, caller), ExtractAsync(request.Candidate, caller));
        var (query, candidate) = (both[0], both[1]);
        if (query.Global.ModelId != candidate.Global.ModelId)
            throw DelgException.ModelMismatch(query.Global.ModelId, candidate.Global.ModelId);
        var match = new MatchFeaturesRequest { Query = query.Local, Candidate = candidate.Local, Options = request.Options };
        var answer = await calls.CallAsync(Stage.Verify, backends.LocalVerifier, caller, o => verifier.MatchFeaturesAsync(match, o));
        return new MatchImagesResponse
        {
            Similarity = Cosine(query.Global, candidate.Global),
            Verification = answer.Verification,
            QuerySize = query.ImageSize,
            CandidateSize = candidate.ImageSize,
        };
    }

    private Task<ExtractResponse> ExtractAsync(ByteString image, CallerContext caller)
    {
        var request = new ExtractRequest { Image = image, Features = FeatureSelection.GlobalAndLocal, Priority = ExtractionPriority.Query };
        return calls.CallAsync(Stage.Extract, backends.Extractor, caller, o => extractor.ExtractAsync(request, o));
    }

    private static float Cosine(GlobalDescriptor a, GlobalDescriptor b) => Math.Clamp(TensorPrimitives.CosineSimilarity<float>(a.Values.ToArray(), b.Values.ToArray()), -1, 1);
}
