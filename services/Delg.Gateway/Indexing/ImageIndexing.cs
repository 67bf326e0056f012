using System.Security.Cryptography;
using Delg.Contracts.Descriptors;
using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.Gateway.Backends;
using Delg.Gateway.Remote;
using Delg.Gateway.Telemetry;
using Delg.V1;
using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Indexing;

/// <summary>
/// Puts images in, in the order that makes half-done work invisible: the local features go before the global entry. What a search finds
/// therefore always has its features. An entry that is there is marked before (<see cref="ReplacementMark"/>).
/// </summary>
internal sealed class ImageIndexing(
    BackendChannels backends,
    BackendCalls calls,
    ExtractorService.ExtractorServiceClient extractor,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    ImageCollections collections,
    IndexEntries entries,
    ImageMetadata metadata,
    RemoteImages remote,
    WriteOrder writes,
    GatewayTelemetry telemetry,
    IOptions<GatewayOptions> options)
{
    /// <summary>Indexes one image, unless it is there unchanged: same bytes, same metadata, same model. Where only the metadata differ, only they are written.</summary>
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

    private async Task<IndexImageResponse> IndexCheckedAsync(IndexImageRequest request, CallerContext caller)
    {
        var name = collections.NameOrDefault(request.Collection);
        Check(request, name);
        var collection = await collections.FindAsync(name, caller);
        var isQuestion = request.Image.IsEmpty && request.ImageUrl.Length == 0 && !request.ContentHash.IsEmpty;
        var image = request.ImageUrl.Length == 0 ? request.Image : await remote.FetchAsync(request.ImageUrl, caller.Cancellation);
        var contentHash = isQuestion ? request.ContentHash : HashOf(image, request);
        var earlier = collection is null ? null : await entries.FindAsync(name, request.ImageId, withDescriptor: false, caller);
        if (earlier is not null && await IsKnownAsync(contentHash, earlier, collection!, caller))
        {
            if (request.Metadata is null || request.Metadata.Equals(earlier.Metadata ?? new V1.Metadata()))
                return new IndexImageResponse { Outcome = IndexOutcome.Unchanged };
            if (await metadata.TryReplaceAsync(name, request.ImageId, contentHash, request.Metadata, caller))
                return new IndexImageResponse { Outcome = IndexOutcome.Replaced };
        }

        if (isQuestion)
            return new IndexImageResponse { Outcome = IndexOutcome.ImageNeeded };
        var features = await ExtractAsync(image, caller);
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
        await WriteAsync(name, entry, features, caller);
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
        check.That(request.ContentHash.Length is 0 or SHA256.HashSizeInBytes, "content_hash", $"{request.ContentHash.Length} bytes; a SHA-256 has {SHA256.HashSizeInBytes}.");
        check.That(request.Image.IsEmpty || request.ImageUrl.Length == 0, "image_url", "Either image or image_url, not both.");
        check.ThrowIfInvalid();
    }

    /// <exception cref="DelgException">FIELD_INVALID: the hash that was sent is another's, so the image is not what its sender read.</exception>
    private static ByteString HashOf(ByteString image, IndexImageRequest request)
    {
        var hash = ByteString.CopyFrom(SHA256.HashData(image.Span));
        var check = new MessageCheck();
        check.That(request.ContentHash.IsEmpty || request.ContentHash == hash, "content_hash", "Is not the hash of the image.");
        check.ThrowIfInvalid();
        return hash;
    }

    /// <summary>Same bytes, same model: its descriptors would be the same again.</summary>
    private async Task<bool> IsKnownAsync(ByteString contentHash, GlobalEntry earlier, Collection collection, CallerContext caller)
    {
        if (earlier.ContentHash != contentHash || ReplacementMark.IsOn(earlier))
            return false;
        var model = await collections.LoadedModelAsync(caller);
        return model.ModelId == collection.ModelId;
    }

    private Task<ExtractResponse> ExtractAsync(ByteString image, CallerContext caller)
    {
        var request = new ExtractRequest
        {
            Image = image,
            Features = FeatureSelection.GlobalAndLocal,
            Priority = ExtractionPriority.Ingest,
            ThumbnailSidePixels = (uint)options.Value.ThumbnailSidePixels,
        };
        return calls.CallAsync(Stage.Extract, backends.Extractor, caller, o => extractor.ExtractAsync(request, o));
    }

    private async Task WriteAsync(string collection, GlobalEntry entry, ExtractResponse features, CallerContext caller)
    {
        using var _ = await writes.EnterAsync(collection, [entry.ImageId], caller.Cancellation);
        // Read again: it may have been written while the image was extracted.
        var earlier = await entries.BeginReplacementAsync(collection, new Dictionary<string, ByteString> { [entry.ImageId] = entry.ContentHash }, caller);
        entry.Metadata ??= earlier.SingleOrDefault()?.Metadata;
        var put = new PutFeaturesRequest { Collection = collection, ImageId = entry.ImageId, Features = features.Local, Thumbnail = features.Thumbnail };
        await calls.CallAsync(Stage.Store, backends.LocalVerifier, CallerContext.Detached, o => verifier.PutFeaturesAsync(put, o));
        await entries.PutAsync(collection, entry, CallerContext.Detached);
    }
}
