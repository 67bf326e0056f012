using Delg.Contracts.Descriptors;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Stores;
using Delg.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.LocalVerifier.Service;

/// <summary>Local features by (collection, image id): the store's values in the form of messages and feature sets.</summary>
internal sealed class FeatureLibrary(IFeatureStore store, IOptions<LocalVerifierOptions> options)
{
    /// <summary>
    /// Stores checked features in the service's encoding, or as they are if that is smaller, with the thumbnail beside them where there is one, and
    /// returns the bytes they take.
    /// </summary>
    public async Task<int> PutAsync(string collection, string imageId, LocalFeatures features, ReadOnlyMemory<byte> thumbnail, CancellationToken cancellation)
    {
        var value = StoredFeatures.Write(features.ReducedTo(options.Value.StorageEncoding));
        await Task.WhenAll(
            store.PutAsync(collection, imageId, value, cancellation),
            thumbnail.IsEmpty ? store.DeleteAsync(ThumbnailsOf(collection), [imageId], cancellation) : store.PutAsync(ThumbnailsOf(collection), imageId, thumbnail, cancellation));
        return value.Length + thumbnail.Length;
    }

    /// <exception cref="DelgException">NOT_FOUND.</exception>
    public async Task<byte[]> GetThumbnailAsync(string collection, string imageId, CancellationToken cancellation)
    {
        using var values = await store.GetAsync(ThumbnailsOf(collection), [imageId], cancellation);
        return values[0]?.ToArray() ?? throw new DelgException(
            StatusCode.NotFound, ErrorReason.ThumbnailNotFound, $"Collection '{collection}' has no thumbnail of an image '{imageId}'.")
        {
            Details = new Dictionary<string, string> { ["collection"] = collection, ["image_id"] = imageId },
        };
    }

    /// <exception cref="DelgException">NOT_FOUND, or DATA_LOSS.</exception>
    public async Task<LocalFeatures> GetAsync(string collection, string imageId, CancellationToken cancellation)
    {
        using var values = await store.GetAsync(collection, [imageId], cancellation);
        var value = values[0] ?? throw DelgException.ImageNotFound(collection, imageId);
        return Decode(collection, imageId, () => StoredFeatures.Read(value).ToMessage());
    }

    /// <summary>Stored values in the order asked, to be disposed; <see cref="ToFeatureSet"/> reads one.</summary>
    public Task<StoredValues> GetValuesAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation) =>
        store.GetAsync(collection, imageIds, cancellation);

    /// <exception cref="DelgException">DATA_LOSS: the value is damaged.</exception>
    public static FeatureSet ToFeatureSet(string collection, string imageId, ReadOnlyMemory<byte> value) =>
        Decode(collection, imageId, () => StoredFeatures.Read(value).ToFeatureSet());

    /// <summary>The images that have features, in no particular order; one may come twice.</summary>
    public IAsyncEnumerable<string> ListAsync(string collection, CancellationToken cancellation) => store.ListAsync(collection, cancellation);

    /// <summary>Removes features with their thumbnails, and returns of how many images there were features.</summary>
    public async Task<int> DeleteAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation)
    {
        var features = store.DeleteAsync(collection, imageIds, cancellation);
        await Task.WhenAll(features, store.DeleteAsync(ThumbnailsOf(collection), imageIds, cancellation));
        return await features;
    }

    /// <inheritdoc cref="DeleteAsync"/>
    public async Task<long> DeleteCollectionAsync(string collection, CancellationToken cancellation)
    {
        await store.DeleteCollectionAsync(ThumbnailsOf(collection), cancellation);
        return await store.DeleteCollectionAsync(collection, cancellation);
    }

    /// <summary>
    /// Where the store keeps a collection's thumbnails: apart from the features, so that a verification does not read them. No collection can have
    /// a name with a dot in it.
    /// </summary>
    private static string ThumbnailsOf(string collection) => $"{collection}.thumbnails";

    private static T Decode<T>(string collection, string imageId, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (InvalidDataException failure)
        {
            throw new DelgException(
                StatusCode.DataLoss, ErrorReason.StoredDataCorrupt,
                $"The stored features of image '{imageId}' in collection '{collection}' are damaged: {failure.Message} Put them again.", failure)
            {
                Details = new Dictionary<string, string> { ["collection"] = collection, ["image_id"] = imageId },
            };
        }
    }
}
