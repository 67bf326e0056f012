using Delg.Contracts.Errors;
using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.GlobalIndex.Milvus;

/// <summary>
/// Collections kept by a Milvus server. Several services may share one; each sees its own writes at once
/// (<see cref="MilvusConsistency"/>). A write that is larger than one message is several, each of them whole or not at all.
/// </summary>
internal sealed class MilvusIndex : IGlobalIndex
{
    private const string Backend = "milvus";

    private readonly MilvusClient _client;
    private readonly ServerState _server;
    private readonly CollectionCatalog _catalog;
    private readonly EntryWrites _writes;
    private readonly EntryReads _reads;
    private readonly EntrySearches _searches;
    private readonly PartitionProof _partitions;

    public MilvusIndex(MilvusOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<MilvusIndex>();
        _client = new MilvusClient(options, clock, loggers.CreateLogger<MilvusClient>());
        _server = new ServerState(_client, logger);
        _catalog = new CollectionCatalog(_client, _server, options, clock, logger);
        _writes = new EntryWrites(_client, _catalog, options, clock);
        _reads = new EntryReads(_client, _server, _catalog);
        _searches = new EntrySearches(_client, _catalog, options);
        _partitions = new PartitionProof(_server, _catalog, _reads, _writes);
    }

    public Task<string?> CheckAsync(CancellationToken cancellation) => _server.CheckAsync(cancellation);

    /// <summary>None: Milvus has metrics of its own.</summary>
    public IEnumerable<KeyValuePair<string, int>> EntryCounts() => [];

    public async Task<Collection> CreateCollectionAsync(Collection collection, CancellationToken cancellation)
    {
        var open = await _catalog.CreateAsync(collection, cancellation);
        if (open.Collection.Record.PartitionKey.Length > 0)
            await _partitions.RunAsync(open, cancellation);
        return open.Collection.ToCollection(entryCount: 0);
    }

    public async Task<Collection> DescribeCollectionAsync(string name, CancellationToken cancellation) =>
        (await _catalog.GetAsync(name, cancellation)).ToCollection(entryCount: 0);

    public Task<Collection> GetCollectionAsync(string name, CancellationToken cancellation) =>
        _catalog.WithOpenAsync(name, async open => open.Collection.ToCollection(await _reads.CountAsync(open, null, cancellation)), cancellation);

    public async Task<IReadOnlyList<Collection>> ListCollectionsAsync(CancellationToken cancellation)
    {
        var collections = new List<Collection>();
        foreach (var name in await _catalog.NamesAsync(cancellation))
        {
            try
            {
                collections.Add(await GetCollectionAsync(name, cancellation));
            }
            catch (DelgException failure) when (failure.Reason is ErrorReason.CollectionNotFound or ErrorReason.StoreUnsuitable)
            {
                // Dropped since it was listed, or not ours.
            }
        }

        collections.Sort((x, y) => CodePointOrder.Instance.Compare(x.Name, y.Name));
        return collections;
    }

    public Task<bool> DeleteCollectionAsync(string name, CancellationToken cancellation) => _catalog.DropAsync(name, cancellation);

    public Task UpsertAsync(Collection collection, IReadOnlyList<GlobalEntry> entries, CancellationToken cancellation) =>
        _writes.UpsertAsync(collection, entries, cancellation);

    public Task<int> DeleteAsync(string collection, IReadOnlyCollection<string> imageIds, CancellationToken cancellation) =>
        _writes.DeleteAsync(collection, imageIds, cancellation);

    public Task<int> DeleteAsync(string collection, Filter filter, CancellationToken cancellation) => _writes.DeleteAsync(collection, filter, cancellation);

    public Task<long> CountAsync(string collection, Filter? filter, CancellationToken cancellation) => _reads.CountAsync(collection, filter, cancellation);

    public Task<IReadOnlyList<GlobalEntry>> GetAsync(
        string collection, IReadOnlyList<string> imageIds, bool includeDescriptors, CancellationToken cancellation) =>
        _reads.GetAsync(collection, imageIds, includeDescriptors, cancellation);

    public Task<IReadOnlyList<GlobalEntry>> ListAsync(
        string collection, string afterImageId, int count, Filter? filter, CancellationToken cancellation) =>
        _reads.ListAsync(collection, afterImageId, count, filter, cancellation);

    public Task<IReadOnlyList<NeighborList>> SearchAsync(NeighborSearch search, CancellationToken cancellation) => _searches.SearchAsync(search, cancellation);

    public Task<CollectionStatistics> GetStatisticsAsync(string name, CancellationToken cancellation) =>
        _catalog.WithOpenAsync(
            name,
            async open => new CollectionStatistics
            {
                EntryCount = await _reads.CountAsync(open, null, cancellation),
                Backend = Backend,
                IndexType = open.IndexType,
                BytesPerVector = VectorIndex.BytesPerVector(
                    open.IndexType, open.Collection.Storage == VectorStorage.Float16 ? HalfPrecision.ComponentBytes : sizeof(float), open.Collection.Dim),
            },
            cancellation);

    public ValueTask DisposeAsync()
    {
        _catalog.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
