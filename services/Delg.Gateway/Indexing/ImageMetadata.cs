using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.Gateway.Backends;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Gateway.Indexing;

/// <summary>Changes what the user says of an image and leaves its descriptors as they are.</summary>
internal sealed class ImageMetadata(ImageCollections collections, IndexEntries entries, WriteOrder writes)
{
    /// <exception cref="DelgException">IMAGE_NOT_FOUND, COLLECTION_NOT_FOUND, FIELD_INVALID.</exception>
    public async Task<GlobalEntry> UpdateAsync(UpdateImageMetadataRequest request, CallerContext caller)
    {
        var collection = collections.NameOrDefault(request.Collection);
        Check(request, collection);
        using var _ = await writes.EnterAsync(collection, [request.ImageId], caller.Cancellation);
        var entry = await entries.FindAsync(collection, request.ImageId, withDescriptor: true, caller) ?? throw DelgException.ImageNotFound(collection, request.ImageId);
        entry.Metadata = request.Merge ? Merged(entry.Metadata, request) : request.Metadata;
        await entries.PutAsync(collection, entry, caller);
        return await entries.FindAsync(collection, request.ImageId, withDescriptor: false, caller) ?? throw DelgException.ImageNotFound(collection, request.ImageId);
    }

    /// <summary>Replaces the metadata, unless the image is gone or has become another meanwhile.</summary>
    /// <param name="collection">Its collection.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="contentHash">SHA-256 of the bytes that the metadata are of.</param>
    /// <param name="metadata">The new ones; null: none.</param>
    /// <param name="caller">Who waits.</param>
    /// <returns>Whether they were replaced.</returns>
    public async Task<bool> TryReplaceAsync(string collection, string imageId, ByteString contentHash, V1.Metadata? metadata, CallerContext caller)
    {
        using var _ = await writes.EnterAsync(collection, [imageId], caller.Cancellation);
        if (await entries.FindAsync(collection, imageId, withDescriptor: true, caller) is not { } entry || entry.ContentHash != contentHash)
            return false;
        entry.Metadata = metadata;
        await entries.PutAsync(collection, entry, caller);
        return true;
    }

    private static void Check(UpdateImageMetadataRequest request, string collection)
    {
        var check = new MessageCheck();
        check.CollectionName(collection, "collection");
        check.ImageId(request.ImageId, "image_id");
        check.Metadata(request.Metadata, "metadata");
        check.That(request.RemoveKeys.Count == 0 || request.Merge, "remove_keys", "Only with merge: without it, keys that are not named go anyway.");
        check.ThrowIfInvalid();
    }

    private static V1.Metadata Merged(V1.Metadata? earlier, UpdateImageMetadataRequest request)
    {
        var merged = earlier?.Clone() ?? new V1.Metadata();
        foreach (var key in request.RemoveKeys)
            merged.Values.Remove(key);
        foreach (var (key, value) in request.Metadata?.Values ?? [])
            merged.Values[key] = value;
        return merged;
    }
}
