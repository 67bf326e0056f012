using System.Runtime.CompilerServices;
using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.Gateway.Indexing;
using Delg.V1;
using Grpc.Core;

namespace Delg.Gateway.Upkeep;

/// <summary>
/// Finds images of which the index and the verifier do not both keep their half, or of which they keep halves of two versions. Both are listed first; what seems to be a half is looked at
/// again while nobody writes it here, since it may have been on its way.
/// </summary>
internal sealed class ImageCheck(
    BackendChannels backends,
    BackendCalls calls,
    GlobalIndexService.GlobalIndexServiceClient index,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    ImageCollections collections,
    IndexEntries entries,
    WriteOrder writes)
{
    private const int PageSize = 1000;

    /// <exception cref="DelgException">COLLECTION_NOT_FOUND.</exception>
    public async IAsyncEnumerable<CheckImagesResponse> CheckAsync(CheckImagesRequest request, CallerContext caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var name = collections.NameOrDefault(request.Collection);
        // Features first: an image indexed between the two lists has its entry in the second and is looked at again, not the other way round.
        var withFeatures = await WithFeaturesAsync(name, caller);
        var withEntry = await WithEntryAsync(name, caller);
        if (withEntry is null && withFeatures.Count == 0)
            throw DelgException.CollectionNotFound(name);
        var isReplaced = withEntry ?? [];
        var summary = new CheckSummary { EntryCount = isReplaced.Count, FeaturesCount = withFeatures.Count };
        var suspects = new HashSet<string>(withFeatures, StringComparer.Ordinal);
        suspects.SymmetricExceptWith(isReplaced.Keys);
        suspects.UnionWith(isReplaced.Keys.Where(imageId => isReplaced[imageId]));
        foreach (var imageId in suspects.Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (await LookAgainAsync(name, imageId, request.Mend, hasIndex: withEntry is not null, caller) is not { } half)
                continue;
            summary.HalfCount++;
            yield return new CheckImagesResponse { Half = half };
        }

        yield return new CheckImagesResponse { Summary = summary };
    }

    private async Task<HashSet<string>> WithFeaturesAsync(string collection, CallerContext caller)
    {
        var imageIds = new HashSet<string>(StringComparer.Ordinal);
        var request = new ListFeaturesRequest { Collection = collection };
        await foreach (var some in calls.StreamAsync(Stage.Store, backends.LocalVerifier, caller, o => verifier.ListFeatures(request, o)))
            imageIds.UnionWith(some.ImageIds);
        return imageIds;
    }

    /// <summary>The images that have an entry, each with whether it is marked as being replaced. Null: the index has no such collection.</summary>
    private async Task<Dictionary<string, bool>?> WithEntryAsync(string collection, CallerContext caller)
    {
        var imageIds = new Dictionary<string, bool>(StringComparer.Ordinal);
        try
        {
            await foreach (var page in entries.PagesAsync(new ListEntriesRequest { Collection = collection, PageSize = PageSize }, caller))
            {
                foreach (var entry in page)
                    imageIds[entry.ImageId] = ReplacementMark.IsOn(entry);
            }

            return imageIds;
        }
        catch (DelgException missing) when (missing.Reason == ErrorReason.CollectionNotFound)
        {
            return null;
        }
    }

    /// <summary>What is kept of an image of which not all is kept, mended if asked for; null when it is whole or gone.</summary>
    private async Task<HalfImage?> LookAgainAsync(string collection, string imageId, bool mend, bool hasIndex, CallerContext caller)
    {
        using var _ = await writes.EnterAsync(collection, [imageId], caller.Cancellation);
        var entry = hasIndex ? await entries.FindAsync(collection, imageId, withDescriptor: false, caller) : null;
        var hasFeatures = await HasFeaturesAsync(collection, imageId, caller);
        var kept = (entry is not null, hasFeatures) switch
        {
            (true, false) => ImageHalf.Entry,
            (false, true) => ImageHalf.Features,
            (true, true) when ReplacementMark.IsOn(entry!) => ImageHalf.Mixed,
            _ => ImageHalf.Unspecified,
        };
        if (kept == ImageHalf.Unspecified)
            return null;
        if (mend && entry is not null)
        {
            var request = new DeleteEntriesRequest { Collection = collection, ImageIds = { imageId } };
            await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.DeleteEntriesAsync(request, o));
        }

        if (mend && hasFeatures)
        {
            var request = new DeleteFeaturesRequest { Collection = collection, ImageIds = { imageId } };
            await calls.CallAsync(Stage.Store, backends.LocalVerifier, caller, o => verifier.DeleteFeaturesAsync(request, o));
        }

        return new HalfImage { ImageId = imageId, Kept = kept, Mended = mend };
    }

    private async Task<bool> HasFeaturesAsync(string collection, string imageId, CallerContext caller)
    {
        try
        {
            var request = new GetFeaturesRequest { Collection = collection, ImageId = imageId };
            await calls.CallAsync(Stage.Store, backends.LocalVerifier, caller, o => verifier.GetFeaturesAsync(request, o));
            return true;
        }
        catch (DelgException none) when (none.Code == StatusCode.NotFound)
        {
            return false;
        }
        catch (DelgException damaged) when (damaged.Reason == ErrorReason.StoredDataCorrupt)
        {
            // Something is there: features without an entry can be removed, damaged or not.
            return true;
        }
    }
}
