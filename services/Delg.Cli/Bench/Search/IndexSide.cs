using System.Diagnostics;
using Delg.GlobalIndex;
using Delg.GlobalIndex.Exact;
using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.Cli.Bench.Search;

/// <summary>The embedded index over a folder, as a service has it after a start: its vectors were written to the file and are loaded from there.</summary>
internal sealed class IndexSide : IAsyncDisposable
{
    private const string Name = "bench";

    private readonly ExactIndex _index;
    private readonly Collection _collection;

    private IndexSide(ExactIndex index, Collection collection, double loadSeconds)
    {
        _index = index;
        _collection = collection;
        LoadSeconds = loadSeconds;
    }

    /// <summary>From opening the file, which the system may still have in memory, until the index could be asked.</summary>
    public double LoadSeconds { get; }

    /// <summary>Writes entries to a file and loads it.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="dim">Components of a vector.</param>
    /// <param name="threads">Threads of a search.</param>
    /// <param name="groups">The entries; each group is one transaction.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task<IndexSide> FillAsync(
        string folder, int dim, int threads, IEnumerable<IReadOnlyList<(StoredEntry Entry, float[] Vector)>> groups, CancellationToken cancellation)
    {
        using (var store = new EntryStore(folder))
        {
            store.Begin();
            var row = store.InsertCollection(
                new Collection { Name = Name, ModelId = Name, Dim = (uint)dim, Storage = VectorStorage.Float32 }, DateTime.UtcNow);
            store.Commit();
            foreach (var group in groups)
            {
                cancellation.ThrowIfCancellationRequested();
                store.Begin();
                store.Upsert(row, group.Select(pair => new EntryWrite(pair.Entry, [], pair.Vector)), DateTime.UtcNow);
                store.Commit();
            }
        }

        var start = Stopwatch.GetTimestamp();
        var index = ExactIndex.Load(new EntryStore(folder), new GlobalIndexOptions { SearchThreads = threads }, TimeProvider.System, cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new IndexSide(index, await index.GetCollectionAsync(Name, cancellation), seconds);
    }

    public Task<CollectionStatistics> GetStatisticsAsync(CancellationToken cancellation) => _index.GetStatisticsAsync(Name, cancellation);

    public Task<IReadOnlyList<NeighborList>> SearchAsync(IReadOnlyList<float[]> queries, int topK, Filter? filter, CancellationToken cancellation) =>
        _index.SearchAsync(new NeighborSearch(_collection, queries, topK, null, new HashSet<string>(), filter), cancellation);

    public ValueTask DisposeAsync() => _index.DisposeAsync();
}
