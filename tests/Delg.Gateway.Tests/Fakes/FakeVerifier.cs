using System.Collections.Concurrent;
using Delg.Contracts.Errors;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>Features in memory. A verification answers the inliers the test laid out.</summary>
internal sealed class FakeVerifier(CallJournal journal) : LocalVerifierService.LocalVerifierServiceBase
{
    public ConcurrentDictionary<(string Collection, string Id), LocalFeatures> Stored { get; } = new();

    public ConcurrentDictionary<(string Collection, string Id), ByteString> Thumbnails { get; } = new();

    public ConcurrentQueue<VerifyCandidatesRequest> Verifications { get; } = new();

    /// <summary>Inliers by image id; ids that are missing answer NOT_FOUND.</summary>
    public Dictionary<string, (uint Inliers, uint Effective)> Inliers { get; } = [];

    /// <summary>Set by a test to make a verification wait or fail.</summary>
    public Func<VerifyCandidatesRequest, ServerCallContext, Task>? Before { get; set; }

    /// <summary>Pairs that verify against each other, in the order query, candidate: the query is known when its features are those stored of an image.</summary>
    public HashSet<(string Query, string Candidate)> Alike { get; } = [];

    public ConcurrentQueue<MatchFeaturesRequest> Matches { get; } = new();

    public Exception? PutFailure { get; set; }

    /// <summary>Set by a test to make a put wait or do something first.</summary>
    public Func<PutFeaturesRequest, Task>? BeforePut { get; set; }

    public override async Task<PutFeaturesResponse> PutFeatures(PutFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        if (BeforePut is not null)
            await BeforePut(request);
        if (PutFailure is not null)
            throw PutFailure;
        Stored[(request.Collection, request.ImageId)] = request.Features;
        if (!request.Thumbnail.IsEmpty)
            Thumbnails[(request.Collection, request.ImageId)] = request.Thumbnail;
        return new PutFeaturesResponse { StoredBytes = 8 };
    }

    /// <summary>Images whose features are damaged.</summary>
    public HashSet<string> Damaged { get; } = [];

    /// <summary>Set by a test to make a listing wait after each message.</summary>
    public Func<ServerCallContext, Task>? AfterEachOfList { get; set; }

    public override Task<GetFeaturesResponse> GetFeatures(GetFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        if (Damaged.Contains(request.ImageId))
            throw new DelgException(StatusCode.DataLoss, ErrorReason.StoredDataCorrupt, "Damaged.").ToRpcException();
        return Stored.TryGetValue((request.Collection, request.ImageId), out var features)
            ? Task.FromResult(new GetFeaturesResponse { Features = features })
            : throw DelgException.ImageNotFound(request.Collection, request.ImageId).ToRpcException();
    }

    public override Task<GetThumbnailResponse> GetThumbnail(GetThumbnailRequest request, ServerCallContext context) =>
        Thumbnails.TryGetValue((request.Collection, request.ImageId), out var thumbnail)
            ? Task.FromResult(new GetThumbnailResponse { Thumbnail = thumbnail })
            : throw new DelgException(StatusCode.NotFound, ErrorReason.ThumbnailNotFound, "None.").ToRpcException();

    public override async Task ListFeatures(ListFeaturesRequest request, IServerStreamWriter<ListFeaturesResponse> responseStream, ServerCallContext context)
    {
        journal.Note(context);
        foreach (var some in Stored.Keys.Where(key => key.Collection == request.Collection).Select(key => key.Id).Chunk(2))
        {
            await responseStream.WriteAsync(new ListFeaturesResponse { ImageIds = { some } });
            if (AfterEachOfList is not null)
                await AfterEachOfList(context);
        }
    }

    public override Task<DeleteFeaturesResponse> DeleteFeatures(DeleteFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        var deleted = request.ImageIds.Count(id => Stored.TryRemove((request.Collection, id), out _));
        return Task.FromResult(new DeleteFeaturesResponse { DeletedCount = deleted, MissingCount = request.ImageIds.Count - deleted });
    }

    /// <summary>Set by a test to make the removal of a collection wait after its first value.</summary>
    public Func<ServerCallContext, Task>? AfterFirstOfDrop { get; set; }

    public override async Task<DeleteCollectionFeaturesResponse> DeleteCollectionFeatures(DeleteCollectionFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        if (AfterFirstOfDrop is not null)
        {
            Stored.TryRemove(Stored.Keys.First(key => key.Collection == request.Collection), out _);
            await AfterFirstOfDrop(context);
        }

        var deleted = Stored.Keys.Where(key => key.Collection == request.Collection).Count(key => Stored.TryRemove(key, out _));
        return new DeleteCollectionFeaturesResponse { DeletedCount = deleted };
    }

    public override async Task<VerifyCandidatesResponse> VerifyCandidates(VerifyCandidatesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        Verifications.Enqueue(request);
        if (Before is not null)
            await Before(request, context);
        var query = Stored.FirstOrDefault(stored => stored.Value.Equals(request.Query)).Key.Id;
        return new VerifyCandidatesResponse { Results = { request.Candidates.Select(c => ResultOf(query, c.ImageId, request.Options)) } };
    }

    public override Task<MatchFeaturesResponse> MatchFeatures(MatchFeaturesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        Matches.Enqueue(request);
        return Task.FromResult(new MatchFeaturesResponse { Verification = new Verification { Putative = 9, Inliers = 7, EffectiveInliers = 5, Verified = true } });
    }

    private CandidateResult ResultOf(string? query, string id, VerificationOptions? options)
    {
        if (query is not null && !Damaged.Contains(id) && Alike.Contains((query, id)))
            return Compared(id, 80, 40, options);
        if (Damaged.Contains(id))
            return new CandidateResult { ImageId = id, Status = CandidateStatus.Damaged };
        return Inliers.TryGetValue(id, out var counts) ? Compared(id, counts.Inliers, counts.Effective, options) : new CandidateResult { ImageId = id, Status = CandidateStatus.NotFound };
    }

    private static CandidateResult Compared(string id, uint inliers, uint effective, VerificationOptions? options) => new()
    {
        ImageId = id,
        Status = CandidateStatus.Compared,
        Verification = new Verification
        {
            Inliers = inliers,
            EffectiveInliers = effective,
            Verified = effective >= 12,
            Affine = { 1, 0, 0, 0, 1, 0 },
            Homography = { options?.Model == GeometricModel.Homography ? [1, 0, 0, 0, 1, 0, 0, 0, 1] : Array.Empty<float>() },
            QueryRegion = { new Point() },
            CandidateRegion = { new Point() },
        },
    };
}
