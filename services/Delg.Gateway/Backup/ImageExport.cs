using System.Runtime.CompilerServices;
using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.Gateway.Indexing;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Backup;

/// <summary>Gathers what the index and the verifier keep of a collection's images.</summary>
internal sealed class ImageExport(
    BackendChannels backends,
    BackendCalls calls,
    GlobalIndexService.GlobalIndexServiceClient index,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    ImageCollections collections,
    IndexEntries entries,
    ImageRecords records,
    WriteOrder writes)
{
    private const int PageSize = 500;

    /// <summary>Images read at once: so many are in memory, each up to a few megabytes.</summary>
    private const int Together = 8;

    /// <summary>The collection, then its images in ascending order of id.</summary>
    /// <exception cref="DelgException">COLLECTION_NOT_FOUND, FILTER_INVALID.</exception>
    public async IAsyncEnumerable<ExportImagesResponse> ExportAsync(ExportImagesRequest request, CallerContext caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var name = collections.NameOrDefault(request.Collection);
        yield return new ExportImagesResponse { Collection = await collections.GetAsync(name, caller) };
        var list = new ListEntriesRequest { Collection = name, Filter = request.Filter, PageSize = PageSize };
        await foreach (var page in entries.PagesAsync(list, caller))
        {
            foreach (var some in page.Select(entry => entry.ImageId).Chunk(Together))
            {
                foreach (var image in await ReadAsync(name, some, caller))
                    yield return image;
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Some images, none of them half of one version and half of another. Those that are gone are left out.</summary>
    private async Task<ExportImagesResponse[]> ReadAsync(string collection, string[] imageIds, CallerContext caller)
    {
        using var _ = await writes.EnterAsync(collection, imageIds, caller.Cancellation);
        var request = new GetEntriesRequest { Collection = collection, ImageIds = { imageIds }, IncludeDescriptors = true };
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.GetEntriesAsync(request, o));
        return await Task.WhenAll(answer.Entries.Select(entry => ReadAsync(collection, entry, caller)));
    }

    private async Task<ExportImagesResponse> ReadAsync(string collection, GlobalEntry entry, CallerContext caller)
    {
        try
        {
            if (ReplacementMark.IsOn(entry))
                throw new DelgException(StatusCode.DataLoss, ErrorReason.StoredDataCorrupt, $"A replacement of image '{entry.ImageId}' was cut short. Index it again.");
            var request = new GetFeaturesRequest { Collection = collection, ImageId = entry.ImageId };
            var features = await calls.CallAsync(Stage.Store, backends.LocalVerifier, caller, o => verifier.GetFeaturesAsync(request, o));
            var image = new ExportedImage
            {
                ImageId = entry.ImageId,
                Global = entry.Descriptor_,
                Local = features.Features,
                Metadata = entry.Metadata,
                ContentHash = entry.ContentHash,
                ImageSize = entry.ImageSize,
                Thumbnail = await ThumbnailAsync(collection, entry.ImageId, caller),
            };
            return new ExportImagesResponse { Image = image };
        }
        catch (DelgException failure) when (failure.Code is StatusCode.NotFound or StatusCode.DataLoss)
        {
            return new ExportImagesResponse { Failure = new ImageResult { ImageId = entry.ImageId, Code = (int)failure.Code, Reason = failure.Reason, Message = failure.Message } };
        }
    }

    private async Task<ByteString> ThumbnailAsync(string collection, string imageId, CallerContext caller)
    {
        try
        {
            return await records.ThumbnailAsync(collection, imageId, caller);
        }
        catch (DelgException none) when (none.Reason == ErrorReason.ThumbnailNotFound)
        {
            return ByteString.Empty;
        }
    }
}
