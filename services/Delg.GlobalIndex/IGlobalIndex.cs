using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.GlobalIndex;

/// <summary>
/// Collections of unit-length global descriptors and the search over them: what every backend offers. Callers hand in valid
/// messages only (<see cref="EntryCheck"/>); a backend checks what only it can know. An awaited write is durable and seen by the next read
/// and search.
/// </summary>
internal interface IGlobalIndex : IAsyncDisposable
{
    /// <summary>Makes an empty collection. <c>EntryCount</c> and <c>CreateTime</c> of <paramref name="collection"/> are ignored.</summary>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_EXISTS; STORAGE_UNSUPPORTED.</exception>
    public Task<Collection> CreateCollectionAsync(Collection collection, CancellationToken cancellation);

    /// <summary>What a collection is, without counting its entries: <c>EntryCount</c> may be 0.</summary>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND.</exception>
    public Task<Collection> DescribeCollectionAsync(string name, CancellationToken cancellation);

    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND.</exception>
    public Task<Collection> GetCollectionAsync(string name, CancellationToken cancellation);

    /// <summary>All collections by name, ascending.</summary>
    public Task<IReadOnlyList<Collection>> ListCollectionsAsync(CancellationToken cancellation);

    /// <summary>Drops a collection with its entries; false when there was none.</summary>
    public Task<bool> DeleteCollectionAsync(string name, CancellationToken cancellation);

    /// <summary>
    /// Adds or replaces entries, all or none of them. Of entries with the same id the last one counts.
    /// </summary>
    /// <param name="collection">As <see cref="DescribeCollectionAsync"/> gave it: the entries were checked against its model and size.</param>
    /// <param name="entries">Valid entries with unit-length descriptors of the collection's model and size.</param>
    /// <param name="cancellation">Honoured until the write begins.</param>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND, also when another collection has taken the name since.</exception>
    public Task UpsertAsync(Collection collection, IReadOnlyList<GlobalEntry> entries, CancellationToken cancellation);

    /// <summary>Removes entries; answers how many of the (distinct) ids were there.</summary>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND.</exception>
    public Task<int> DeleteAsync(string collection, IReadOnlyCollection<string> imageIds, CancellationToken cancellation);

    /// <summary>Removes all entries that a filter keeps, in one step; answers how many there were.</summary>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND.</exception>
    public Task<int> DeleteAsync(string collection, Filter filter, CancellationToken cancellation);

    /// <summary>Entries that a filter keeps at this moment; null: all.</summary>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND.</exception>
    public Task<long> CountAsync(string collection, Filter? filter, CancellationToken cancellation);

    /// <summary>The entries of these ids, in their order; ids that are not there are left out.</summary>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND.</exception>
    public Task<IReadOnlyList<GlobalEntry>> GetAsync(
        string collection, IReadOnlyList<string> imageIds, bool includeDescriptors, CancellationToken cancellation);

    /// <summary>The first <paramref name="count"/> entries behind an id, ascending by code point, without descriptors.</summary>
    /// <param name="collection">Collection to list.</param>
    /// <param name="afterImageId">Entries up to and including this id are skipped; empty: none are.</param>
    /// <param name="count">Entries at most; fewer only when there are no more.</param>
    /// <param name="filter">Entries that it does not keep are skipped; null: none are.</param>
    /// <param name="cancellation">Ends the call early.</param>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND.</exception>
    public Task<IReadOnlyList<GlobalEntry>> ListAsync(string collection, string afterImageId, int count, Filter? filter, CancellationToken cancellation);

    /// <summary>The nearest entries of each query, in the order of the queries.</summary>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND; MODEL_MISMATCH when another collection has taken the name.</exception>
    public Task<IReadOnlyList<NeighborList>> SearchAsync(NeighborSearch search, CancellationToken cancellation);

    /// <summary>What a collection costs and how it is searched.</summary>
    /// <exception cref="Contracts.Errors.DelgException">COLLECTION_NOT_FOUND.</exception>
    public Task<CollectionStatistics> GetStatisticsAsync(string name, CancellationToken cancellation);

    /// <summary>Asks once whether the backend can work; null: it can, else a sentence that says why not.</summary>
    public Task<string?> CheckAsync(CancellationToken cancellation);

    /// <summary>Entries of each collection, as far as the backend knows without asking anyone.</summary>
    public IEnumerable<KeyValuePair<string, int>> EntryCounts();
}
