using Delg.GlobalIndex;
using Delg.GlobalIndex.Filters;
using Delg.GlobalIndex.Milvus;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Delg.Cli.Bench.Search;

/// <summary>The same vectors in a collection of a Milvus server, made for the bench and dropped after it.</summary>
internal sealed class MilvusSide : IAsyncDisposable
{
    private const int EntriesPerWrite = 1000;
    private const string ModelId = "bench";

    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(500);

    private readonly MilvusOptions _options;
    private readonly MilvusIndex _index;
    private readonly MilvusClient _client;
    private Collection? _collection;

    /// <param name="address">Of the server, <c>host:port</c> or with http:// or https:// before it.</param>
    /// <param name="indexType">Index of the collection.</param>
    public MilvusSide(string address, MilvusIndexType indexType)
    {
        _options = new MilvusOptions { Address = address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}", IndexType = indexType };
        _index = new MilvusIndex(_options, TimeProvider.System, NullLoggerFactory.Instance);
        _client = new MilvusClient(_options, TimeProvider.System, NullLogger<MilvusClient>.Instance);
    }

    /// <summary>Writes entries and waits until they are sealed and indexed.</summary>
    /// <param name="dim">Components of a vector.</param>
    /// <param name="entries">All of them.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task FillAsync(int dim, IEnumerable<GlobalEntry> entries, CancellationToken cancellation)
    {
        _collection = await _index.CreateCollectionAsync(
            new Collection { Name = $"bench-{Guid.NewGuid():N}", ModelId = ModelId, Dim = (uint)dim, Storage = VectorStorage.Float32 }, cancellation);
        foreach (var group in entries.Chunk(EntriesPerWrite))
            await _index.UpsertAsync(_collection, group, cancellation);
        var name = CollectionNames.ToMilvus(_options.CollectionPrefix, _collection.Name);
        await _client.InvokeAsync("Flush", (milvus, call) => milvus.FlushAsync(new FlushRequest { CollectionNames = { name } }, call), cancellation);
        var request = new DescribeIndexRequest { CollectionName = name, FieldName = EntrySchema.Vector };
        for (var isIndexed = false; !isIndexed; await Task.Delay(_poll, cancellation))
        {
            var described = await _client.InvokeAsync("DescribeIndex", (milvus, call) => milvus.DescribeIndexAsync(request, call), cancellation);
            isIndexed = described.IndexDescriptions is [{ State: IndexState.Finished } index] && index.IndexedRows >= index.TotalRows;
        }
    }

    public async Task<IReadOnlyList<NeighborList>> SearchAsync(IReadOnlyList<float[]> queries, int topK, Filter? filter, CancellationToken cancellation) =>
        await _index.SearchAsync(new NeighborSearch(_collection!, queries, topK, null, new HashSet<string>(), filter), cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_collection is not null)
            await _index.DeleteCollectionAsync(_collection.Name, CancellationToken.None);
        await _index.DisposeAsync();
        _client.Dispose();
    }
}
