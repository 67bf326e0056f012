using System.Collections.Concurrent;
using Delg.Contracts.Errors;
using Delg.V1;
using Grpc.Core;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>Features in memory. A verification answers the inliers the test laid out.</summary>
internal sealed class FakeVerifier(CallJournal journal) : LocalVerifierService.LocalVerifierServiceBase
{
    public ConcurrentDictionary<(string Collection, string Id), LocalFeatures> Stored { get; } = new();

    public ConcurrentQueue<VerifyCandidatesRequest> Verifications { get; } = new();

    /// <summary>Inliers by image id; ids that are missing answer NOT_FOUND.</summary>
    public Dictionary<string, (uint Inliers, uint Effective)> Inliers { get; } = [];

    public Exception? PutFailure { get; set; }

    public override Task<PutFeaturesResponse> PutFeatures(PutFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        if (PutFailure is not null)
            throw PutFailure;
        Stored[(request.Collection, request.ImageId)] = request.Features;
        return Task.FromResult(new PutFeaturesResponse { StoredBytes = 8 });
    }

    public override Task<GetFeaturesResponse> GetFeatures(GetFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        return Stored.TryGetValue((request.Collection, request.ImageId), out var features)
            ? Task.FromResult(new GetFeaturesResponse { Features = features })
            : throw DelgException.ImageNotFound(request.Collection, request.ImageId).ToRpcException();
    }

    public override Task<DeleteFeaturesResponse> DeleteFeatures(DeleteFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        var deleted = request.ImageIds.Count(id => Stored.TryRemove((request.Collection, id), out _));
        return Task.FromResult(new DeleteFeaturesResponse { DeletedCount = deleted, MissingCount = request.ImageIds.Count - deleted });
    }

    public override Task<DeleteCollectionFeaturesResponse> DeleteCollectionFeatures(DeleteCollectionFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        var deleted = Stored.Keys.Where(key => key.Collection == request.Collection).Count(key => Stored.TryRemove(key, out _));
        return Task.FromResult(new DeleteCollectionFeaturesResponse { DeletedCount = deleted });
    }

    public override Task<VerifyCandidatesResponse> VerifyCandidates(VerifyCandidatesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        Verifications.Enqueue(request);
        return Task.FromResult(new VerifyCandidatesResponse { Results = { request.Candidates.Select(c => ResultOf(c.ImageId)) } });
    }

    public override Task<MatchFeaturesResponse> MatchFeatures(MatchFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        return Task.FromResult(new MatchFeaturesResponse { Verification = new Verification { Putative = 9, Inliers = 7, EffectiveInliers = 5, Verified = true } });
    }

    private CandidateResult ResultOf(string id) => Inliers.TryGetValue(id, out var counts)
        ? new CandidateResult
        {
            ImageId = id,
            Status = CandidateStatus.Compared,
            Verification = new Verification { Inliers = counts.Inliers, EffectiveInliers = counts.Effective },
        }
        : new CandidateResult { ImageId = id, Status = CandidateStatus.NotFound };
}
