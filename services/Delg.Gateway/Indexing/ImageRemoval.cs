using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.Gateway.Backends;
using Delg.V1;

namespace Delg.Gateway.Indexing;

/// <summary>
/// Takes images out: the global entry first, so that nothing is found whose features are gone already. Features of ids that have no entry are
/// removed too: they are what a call cut short leaves behind.
/// </summary>
internal sealed class ImageRemoval(
    BackendChannels backends,
    BackendCalls calls,
    GlobalIndexService.GlobalIndexServiceClient index,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    ImageCollections collections,
    IndexEntries entries,
    WriteOrder writes)
{
    private const int PageSize = 500;

    private const int MostImages = 1000;

    /// <exception cref="DelgException">IMAGE_NOT_FOUND, unless that is allowed; COLLECTION_NOT_FOUND.</exception>
    public async Task DeleteAsync(DeleteImageRequest request, CallerContext caller)
    {
        var collection = collections.NameOrDefault(request.Collection);
        var done = await DeleteAsync(collection, [request.ImageId], caller);
        if (done.MissingCount > 0 && !request.AllowMissing)
            throw DelgException.ImageNotFound(collection, request.ImageId);
    }

    public Task<DeleteImagesResponse> DeleteAsync(DeleteImagesRequest request, CallerContext caller)
    {
        var collection = collections.NameOrDefault(request.Collection);
        var check = new MessageCheck();
        if (request.Filter.Length > 0)
            check.That(request.ImageIds.Count == 0, "filter", "Either image_ids or filter, not both.");
        else
            // Here too, so that no request holds up the writers of all images.
            check.ImageIds(request.ImageIds, MostImages, "image_ids");
        check.ThrowIfInvalid();
        return request.Filter.Length > 0 ? DeleteAsync(collection, request.Filter, caller) : DeleteAsync(collection, request.ImageIds, caller);
    }

    private async Task<DeleteImagesResponse> DeleteAsync(string collection, string filter, CallerContext caller)
    {
        var total = new DeleteImagesResponse();
        var list = new ListEntriesRequest { Collection = collection, Filter = filter, PageSize = PageSize };
        await foreach (var page in entries.PagesAsync(list, caller))
        {
            if (page.Count > 0)
                total.DeletedCount += (await DeleteAsync(collection, [.. page.Select(entry => entry.ImageId)], caller)).DeletedCount;
        }

        return total;
    }

    private async Task<DeleteImagesResponse> DeleteAsync(string collection, IReadOnlyCollection<string> imageIds, CallerContext caller)
    {
        using var _ = await writes.EnterAsync(collection, imageIds, caller.Cancellation);
        var deleted = await calls.CallAsync(
            Stage.Store, backends.GlobalIndex, CallerContext.Detached, o => index.DeleteEntriesAsync(new DeleteEntriesRequest { Collection = collection, ImageIds = { imageIds } }, o));
        await calls.CallAsync(
            Stage.Store, backends.LocalVerifier, CallerContext.Detached, o => verifier.DeleteFeaturesAsync(new DeleteFeaturesRequest { Collection = collection, ImageIds = { imageIds } }, o));
        return new DeleteImagesResponse { DeletedCount = deleted.DeletedCount, MissingCount = deleted.MissingCount };
    }
}
