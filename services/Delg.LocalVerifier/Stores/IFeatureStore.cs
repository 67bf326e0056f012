namespace Delg.LocalVerifier.Stores;

/// <summary>
/// Keeps one value an image, by (collection, image id). Values are opaque here, see <see cref="StoredFeatures"/>. All members may be called at once from
/// any thread.
/// </summary>
internal interface IFeatureStore
{
    /// <summary>Stores or replaces a value. Done when it is durable.</summary>
    public Task PutAsync(string collection, string imageId, byte[] value, CancellationToken cancellation);

    /// <summary>The values of some images in the order asked; null where there is none.</summary>
    public Task<IReadOnlyList<byte[]?>> GetAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation);

    /// <summary>Removes values and returns how many were there. Done when that is durable.</summary>
    public Task<int> DeleteAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation);

    /// <summary>Removes a collection and returns how many values it held. Done when that is durable.</summary>
    public Task<long> DeleteCollectionAsync(string collection, CancellationToken cancellation);

    /// <summary>Completes when the store answers.</summary>
    public Task ProbeAsync(CancellationToken cancellation);
}
