using Delg.Contracts.Validation;
using Delg.LocalVerifier.Matching;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.LocalVerifier.Service;

/// <summary>The gRPC face: checks requests, then asks the feature library and the candidate verification.</summary>
internal sealed class LocalVerifierCalls(
    FeatureLibrary library, CandidateVerification verification, PairVerifier verifier, IOptions<LocalVerifierOptions> options)
    : LocalVerifierService.LocalVerifierServiceBase
{
    private const int MostImagesOfDelete = 1000;

    private const int ImagesOfListMessage = 1000;

    public override async Task<PutFeaturesResponse> PutFeatures(PutFeaturesRequest request, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        check.ImageId(request.ImageId, "image_id");
        if (check.Local(request.Features, "features") && options.Value.StorageEncoding == DescriptorEncoding.Binary)
            check.That(request.Features.Dim % 8 == 0, "features.dim", $"{request.Features.Dim} is not a multiple of 8, as this service's BINARY storage needs.");
        check.Thumbnail(request.Thumbnail.Span, "thumbnail");
        check.ThrowIfInvalid();
        var bytes = await library.PutAsync(request.Collection, request.ImageId, request.Features, request.Thumbnail.Memory, context.CancellationToken);
        return new PutFeaturesResponse { StoredBytes = (ulong)bytes };
    }

    public override async Task<GetFeaturesResponse> GetFeatures(GetFeaturesRequest request, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        check.ImageId(request.ImageId, "image_id");
        check.ThrowIfInvalid();
        return new GetFeaturesResponse { Features = await library.GetAsync(request.Collection, request.ImageId, context.CancellationToken) };
    }

    public override async Task<GetThumbnailResponse> GetThumbnail(GetThumbnailRequest request, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        check.ImageId(request.ImageId, "image_id");
        check.ThrowIfInvalid();
        var thumbnail = await library.GetThumbnailAsync(request.Collection, request.ImageId, context.CancellationToken);
        return new GetThumbnailResponse { Thumbnail = UnsafeByteOperations.UnsafeWrap(thumbnail) };
    }

    public override async Task ListFeatures(ListFeaturesRequest request, IServerStreamWriter<ListFeaturesResponse> responseStream, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        check.ThrowIfInvalid();
        await foreach (var some in library.ListAsync(request.Collection, context.CancellationToken).Chunk(ImagesOfListMessage).WithCancellation(context.CancellationToken))
            await responseStream.WriteAsync(new ListFeaturesResponse { ImageIds = { some } }, context.CancellationToken);
    }

    public override async Task<DeleteFeaturesResponse> DeleteFeatures(DeleteFeaturesRequest request, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        check.ImageIds(request.ImageIds, MostImagesOfDelete, "image_ids");
        check.ThrowIfInvalid();
        var deleted = await library.DeleteAsync(request.Collection, request.ImageIds, context.CancellationToken);
        return new DeleteFeaturesResponse { DeletedCount = deleted, MissingCount = request.ImageIds.Count - deleted };
    }

    public override async Task<DeleteCollectionFeaturesResponse> DeleteCollectionFeatures(DeleteCollectionFeaturesRequest request, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        check.ThrowIfInvalid();
        return new DeleteCollectionFeaturesResponse
        {
            DeletedCount = await library.DeleteCollectionAsync(request.Collection, context.CancellationToken),
        };
    }

    public override async Task<VerifyCandidatesResponse> VerifyCandidates(VerifyCandidatesRequest request, ServerCallContext context)
    {
        var results = await verification.VerifyAsync(Checked(request, "", context.Deadline), context.CancellationToken);
        return new VerifyCandidatesResponse { Results = { results } };
    }

    public override async Task StreamVerifications(
        StreamVerificationsRequest request, IServerStreamWriter<StreamVerificationsResponse> responseStream, ServerCallContext context)
    {
        if (request.Request is null)
        {
            var check = new MessageCheck();
            check.That(false, "request", "Required.");
            check.ThrowIfInvalid();
        }

        uint index = 0;
        await foreach (var result in verification.StreamAsync(Checked(request.Request!, "request.", context.Deadline), context.CancellationToken))
            await responseStream.WriteAsync(new StreamVerificationsResponse { Index = index++, Result = result }, context.CancellationToken);
    }

    public override Task<MatchFeaturesResponse> MatchFeatures(MatchFeaturesRequest request, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.Local(request.Query, "query");
        check.Local(request.Candidate, "candidate");
        var settings = VerificationSettings.From(request.Options, options.Value.MinEffectiveInliers, "options", check);
        check.ThrowIfInvalid();
        var query = QueryRegion.Of(FeatureSet.FromValid(request.Query), request.QueryRegion);
        var outcome = verifier.Verify(query, FeatureSet.FromValid(request.Candidate), settings, context.CancellationToken);
        return Task.FromResult(new MatchFeaturesResponse { Verification = outcome.ToMessage() });
    }

    /// <param name="request">What the caller sent.</param>
    /// <param name="prefix">What errors put before the request's fields.</param>
    /// <param name="deadline">The call's, UTC.</param>
    private CandidateQuery Checked(VerifyCandidatesRequest request, string prefix, DateTime deadline)
    {
        var check = new MessageCheck();
        var limits = options.Value;
        if (request.Candidates.Any(candidate => candidate.Features is null))
            check.CollectionName(request.Collection, $"{prefix}collection");
        check.Local(request.Query, $"{prefix}query");
        if (check.InRange(request.Candidates.Count, 1, limits.MaxCandidates, $"{prefix}candidates"))
        {
            for (var i = 0; i < request.Candidates.Count; i++)
            {
                check.ImageId(request.Candidates[i].ImageId, $"{prefix}candidates[{i}].image_id");
                if (request.Candidates[i].Features is { } inline)
                    check.Local(inline, $"{prefix}candidates[{i}].features");
            }
        }

        var settings = VerificationSettings.From(request.Options, limits.MinEffectiveInliers, $"{prefix}options", check);
        check.ThrowIfInvalid();
        DateTime? stopAt = request.AllowPartial && deadline != DateTime.MaxValue ? deadline.AddSeconds(-limits.PartialMarginSeconds) : null;
        return new CandidateQuery(
            request.Collection, QueryRegion.Of(FeatureSet.FromValid(request.Query), request.QueryRegion), request.Candidates, settings, stopAt);
    }
}
