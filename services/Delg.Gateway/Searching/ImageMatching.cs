using System.Numerics.Tensors;
using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.Gateway.Backends;
using Delg.Gateway.Indexing;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Gateway.Searching;

/// <summary>Compares two images, new or indexed, without indexing them.</summary>
internal sealed class ImageMatching(
    BackendChannels backends,
    BackendCalls calls,
    ExtractorService.ExtractorServiceClient extractor,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    ImageCollections collections,
    GlobalDescriptors descriptors,
    Comparisons comparisons)
{
    public async Task<MatchImagesResponse> MatchAsync(MatchImagesRequest request, CallerContext caller)
    {
        var collection = collections.NameOrDefault(request.Collection);
        Check(request, collection);
        var both = await Task.WhenAll(
            DescribeAsync(request.Query, request.QueryImageId, collection, caller), DescribeAsync(request.Candidate, request.CandidateImageId, collection, caller));
        var (query, candidate) = (both[0], both[1]);
        if (query.Global.ModelId != candidate.Global.ModelId)
            throw DelgException.ModelMismatch(query.Global.ModelId, candidate.Global.ModelId);
        var match = new MatchFeaturesRequest { Query = query.Local, Candidate = candidate.Local, Options = request.Options };
        var answer = await calls.CallAsync(Stage.Verify, backends.LocalVerifier, caller, o => verifier.MatchFeaturesAsync(match, o));
        return new MatchImagesResponse
        {
            Similarity = Cosine(query.Global, candidate.Global),
            Verification = answer.Verification,
            QuerySize = query.Local!.ImageSize,
            CandidateSize = candidate.Local!.ImageSize,
        };
    }

    private static void Check(MatchImagesRequest request, string collection)
    {
        var check = new MessageCheck();
        if (request.QueryImageId.Length + request.CandidateImageId.Length > 0)
            check.CollectionName(collection, "collection");
        CheckSide(check, request.Query, request.QueryImageId, "query");
        CheckSide(check, request.Candidate, request.CandidateImageId, "candidate");
        check.Verification(request.Options, "options");
        check.ThrowIfInvalid();
    }

    private static void CheckSide(MessageCheck check, ByteString image, string imageId, string field)
    {
        if (imageId.Length > 0 && check.That(image.IsEmpty, field, $"Either {field} or {field}_image_id, not both."))
            check.ImageId(imageId, $"{field}_image_id");
    }

    private async Task<QueryDescriptors> DescribeAsync(ByteString image, string imageId, string collection, CallerContext caller)
    {
        if (imageId.Length > 0)
            return new QueryDescriptors(await descriptors.OfAsync(collection, imageId, caller), await comparisons.FeaturesAsync(collection, imageId, caller));
        var request = new ExtractRequest { Image = image, Features = FeatureSelection.GlobalAndLocal, Priority = ExtractionPriority.Query };
        var answer = await calls.CallAsync(Stage.Extract, backends.Extractor, caller, o => extractor.ExtractAsync(request, o));
        return new QueryDescriptors(answer.Global, answer.Local);
    }

    private static float Cosine(GlobalDescriptor a, GlobalDescriptor b) => Math.Clamp(TensorPrimitives.CosineSimilarity<float>(a.Values.ToArray(), b.Values.ToArray()), -1, 1);
}
