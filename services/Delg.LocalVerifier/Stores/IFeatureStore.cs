namespace Delg.LocalVerifier.Stores;

/// <summary>
/// Keeps one value an image, by (collection, image id). Values are opaque here, see <see cref="StoredFeatures"/>. All members may be called at once from
/// any thread. A store that does not answer, is full or refuses throws a <see cref="Contracts.Errors.DelgException"/> that says so.
/// </summary>
internal interface IFeatureStore
{
    /// <summary>Stores or replaces a value. Done when it is as durable as the store makes it.</summary>
    public Task PutAsync(string collection, string imageId, ReadOnlyMemory<byte> value, CancellationToken cancellation);

    /// <summary>The values of some images in the order asked, in pooled buffers: dispose them. One that cannot be read fails who looks at it.</summary>
    public Task<StoredValues> GetAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation);

    /// <summary>The ids of a collection's values, in no particular order; one may come twice. Values put or removed meanwhile may or may not be seen.</summary>
    public IAsyncEnumerable<string> ListAsync(string collection, CancellationToken cancellation);

    /// <summary>Removes values and returns how many were there. Done when that is as durable as a put.</summary>
    public Task<int> DeleteAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation);

    /// <summary>
    /// Removes a collection, some images at a time, and returns how many values that took. Broken off, it leaves the rest to the next call. Values put
    /// meanwhile may stay.
    /// </summary>
    public Task<long> DeleteCollectionAsync(string collection, CancellationToken cancellation);

    /// <summary>Completes when the store answers.</summary>
    public Task ProbeAsync(CancellationToken cancellation);
}
