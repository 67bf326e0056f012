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
    /// <summary>Stores checked features in the service's encoding, or as they are if that is smaller, and returns the bytes they take.</summary>
    public async Task<int> PutAsync(string collection, string imageId, LocalFeatures features, CancellationToken cancellation)
    {
        var value = StoredFeatures.Write(features.ReducedTo(options.Value.StorageEncoding));
        await store.PutAsync(collection, imageId, value, cancellation);
        return value.Length;
    }

    /// <exception cref="DelgException">NOT_FOUND, or DATA_LOSS.</exception>
    public async Task<LocalFeatures> GetAsync(string collection, string imageId, CancellationToken cancellation)
    {
        using var values = await store.GetAsync(collection, [imageId], cancellation);
        var value = values[0] ?? throw DelgException.ImageNotFound(collection, imageId);
        return Decode(collection, imageId, () => StoredFeatures.Read(value.Span).ToMessage());
    }

    /// <summary>Stored values in the order asked, to be disposed; <see cref="ToFeatureSet"/> reads one.</summary>
    public Task<StoredValues> GetValuesAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation) =>
        store.GetAsync(collection, imageIds, cancellation);

    /// <exception cref="DelgException">DATA_LOSS: the value is damaged.</exception>
    public static FeatureSet ToFeatureSet(string collection, string imageId, ReadOnlyMemory<byte> value) =>
        Decode(collection, imageId, () => StoredFeatures.Read(value.Span).ToFeatureSet());

    public Task<int> DeleteAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation) =>
        store.DeleteAsync(collection, imageIds, cancellation);

    public Task<long> DeleteCollectionAsync(string collection, CancellationToken cancellation) => store.DeleteCollectionAsync(collection, cancellation);

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
