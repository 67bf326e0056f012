using System.Security.Cryptography;
using Delg.Contracts.Descriptors;
using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.Gateway.Backends;
using Delg.Gateway.Telemetry;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Indexing;

/// <summary>
/// Puts images in and takes them out, in the order that makes half-done work invisible: in, the local features go before the
/// global entry; out, the global entry goes first. What a search finds therefore always has its features.
/// </summary>
internal sealed class ImageIndexing(
    BackendChannels backends,
    BackendCalls calls,
    ExtractorService.ExtractorServiceClient extractor,
    GlobalIndexService.GlobalIndexServiceClient index,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    ImageCollections collections,
    WriteOrder writes,
    GatewayTelemetry telemetry)
{
    /// <summary>Indexes one image, unless it is there unchanged: same bytes, same metadata, same model.</summary>
    public async Task<IndexImageResponse> IndexAsync(IndexImageRequest request, CallerContext caller)
    {
        try
        {
            var done = await IndexCheckedAsync(request, caller);
            telemetry.Indexed(done.Outcome.ToString());
            return done;
        }
        catch (DelgException failure)
        {
            telemetry.Indexed(failure.Reason);
            throw;
        }
    }

    /// <summary>Removes images. Features of ids that have no entry are removed too: they are what a call cut short leaves behind.</summary>
    public async Task<DeleteImagesResponse> DeleteAsync(DeleteImagesRequest request, CallerContext caller)
    {
        var collection = collections.NameOrDefault(request.Collection);
        using var _ = await writes.EnterAsync(collection, request.ImageIds, caller.Cancellation);
        var entries = await calls.CallAsync(
            Stage.Store, backends.GlobalIndex, caller, o => index.DeleteEntriesAsync(new DeleteEntriesRequest { Collection = collection, ImageIds = { request.ImageIds } }, o));
        await calls.CallAsync(
            Stage.Store, backends.LocalVerifier, caller, o => verifier.DeleteFeaturesAsync(new DeleteFeaturesRequest { Collection = collection, ImageIds = { request.ImageIds } }, o));
        return new DeleteImagesResponse { DeletedCount = entries.DeletedCount, MissingCount = entries.MissingCount };
    }

    /// <exception cref="DelgException">IMAGE_NOT_FOUND, unless that is allowed; COLLECTION_NOT_FOUND.</exception>
    public async Task DeleteAsync(DeleteImageRequest request, CallerContext caller)
    {
        var done = await DeleteAsync(new DeleteImagesRequest { Collection = request.Collection, ImageIds = { request.ImageId } }, caller);
        if (done.MissingCount > 0 && !request.AllowMissing)
            throw DelgException.ImageNotFound(collections.NameOrDefault(request.Collection), request.ImageId);
    }

    private async Task<IndexImageResponse> IndexCheckedAsync(IndexImageRequest request, CallerContext caller)
    {
        var name = collections.NameOrDefault(request.Collection);
        Check(request, name);
        var collection = await collections.FindAsync(name, caller);
        var contentHash = ByteString.CopyFrom(SHA256.HashData(request.Image.Span));
        var earlier = collection is null ? null : await EntryAsync(name, request.ImageId, caller);
        if (earlier is not null && await IsUnchangedAsync(request, contentHash, earlier, collection!, caller))
            return new IndexImageResponse { Outcome = IndexOutcome.Unchanged };

        var features = await ExtractAsync(request.Image, caller);
        collection ??= await collections.EnsureAsync(name, features.Global, caller);
        // Asked before the first write: the features of another model must not replace those the entry was made with.
        if (features.Global.ModelId != collection.ModelId)
            throw DelgException.ModelMismatch(collection.ModelId, features.Global.ModelId);
        var entry = new GlobalEntry
        {
            ImageId = request.ImageId,
            Descriptor_ = features.Global,
            Metadata = request.Metadata,
            ContentHash = contentHash,
            ImageSize = features.ImageSize,
        };
        await WriteAsync(name, entry, features.Local, caller);
        return new IndexImageResponse
        {
            Outcome = earlier is null ? IndexOutcome.Added : IndexOutcome.Replaced,
            LocalFeatureCount = (uint)features.Local.Count(),
        };
    }

    /// <summary>Checked here, though the services check it again: a mistake must be found before the first of the two writes.</summary>
    private static void Check(IndexImageRequest request, string collection)
    {
        var check = new MessageCheck();
        check.CollectionName(collection, "collection");
        check.ImageId(request.ImageId, "image_id");
        check.Metadata(request.Metadata, "metadata");
        check.ThrowIfInvalid();
    }

    private async Task<bool> IsUnchangedAsync(IndexImageRequest request, ByteString contentHash, GlobalEntry earlier, Collection collection, CallerContext caller)
    {
        if (earlier.ContentHash != contentHash || !(request.Metadata ?? new V1.Metadata()).Equals(earlier.Metadata ?? new V1.Metadata()))
            return false;
        var model = await collections.LoadedModelAsync(caller);
        return model.ModelId == collection.ModelId;
    }

    private async Task<GlobalEntry?> EntryAsync(string collection, string imageId, CallerContext caller)
    {
        var request = new GetEntriesRequest { Collection = collection, ImageIds = { imageId } };
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.GetEntriesAsync(request, o));
        return answer.Entries.Count == 0 ? null : answer.Entries[0];
    }

    private Task<ExtractResponse> ExtractAsync(ByteString image, CallerContext caller)
    {
        var request = new ExtractRequest { Image = image, Features = FeatureSelection.GlobalAndLocal, Priority = ExtractionPriority.Ingest };
        return calls.CallAsync(Stage.Extract, backends.Extractor, caller, o => extractor.ExtractAsync(request, o));
    }

    private async Task WriteAsync(string collection, GlobalEntry entry, LocalFeatures features, CallerContext caller)
    {
        using var _ = await writes.EnterAsync(collection, [entry.ImageId], caller.Cancellation);
        var put = new PutFeaturesRequest { Collection = collection, ImageId = entry.ImageId, Features = features };
        await calls.CallAsync(Stage.Store, backends.LocalVerifier, caller, o => verifier.PutFeaturesAsync(put, o));
        var upsert = new UpsertEntriesRequest { Collection = collection, Entries = { entry } };
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.UpsertEntriesAsync(upsert, o));
        if (answer.Results is [{ Code: not 0 } refused])
            throw new DelgException((StatusCode)refused.Code, refused.Reason, refused.Message);
    }
}
