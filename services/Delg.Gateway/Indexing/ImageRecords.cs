using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Gateway.Indexing;

/// <summary>Reads what is known of indexed images.</summary>
internal sealed class ImageRecords(
    BackendChannels backends,
    BackendCalls calls,
    GlobalIndexService.GlobalIndexServiceClient index,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    IndexEntries entries,
    ImageCollections collections)
{
    /// <exception cref="DelgException">COLLECTION_NOT_FOUND, IMAGE_NOT_FOUND.</exception>
    public async Task<ImageRecord> GetAsync(GetImageRequest request, CallerContext caller)
    {
        var collection = collections.NameOrDefault(request.Collection);
        var entry = await entries.FindAsync(collection, request.ImageId, withDescriptor: false, caller);
        return entry is null ? throw DelgException.ImageNotFound(collection, request.ImageId) : RecordOf(entry);
    }

    /// <summary>A JPEG.</summary>
    /// <exception cref="DelgException">THUMBNAIL_NOT_FOUND.</exception>
    public async Task<ByteString> ThumbnailAsync(string collection, string imageId, CallerContext caller)
    {
        var request = new GetThumbnailRequest { Collection = collections.NameOrDefault(collection), ImageId = imageId };
        return (await calls.CallAsync(Stage.Store, backends.LocalVerifier, caller, o => verifier.GetThumbnailAsync(request, o))).Thumbnail;
    }

    public async Task<ListImagesResponse> ListAsync(ListImagesRequest request, CallerContext caller)
    {
        var page = new ListEntriesRequest
        {
            Collection = collections.NameOrDefault(request.Collection),
            PageSize = request.PageSize,
            PageToken = request.PageToken,
            Filter = request.Filter,
        };
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.ListEntriesAsync(page, o));
        return new ListImagesResponse { Images = { answer.Entries.Select(RecordOf) }, NextPageToken = answer.NextPageToken };
    }

    /// <summary>An entry as users of the gateway see it.</summary>
    public static ImageRecord RecordOf(GlobalEntry entry) => new()
    {
        ImageId = entry.ImageId,
        ImageSize = entry.ImageSize,
        Metadata = entry.Metadata,
        ContentHash = ReplacementMark.IsOn(entry) ? ByteString.Empty : entry.ContentHash,
        UpdateTime = entry.UpdateTime,
    };
}
