using System.Collections.Immutable;
using Delg.Contracts.Errors;
using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// The embedded index: SQLite keeps everything, memory keeps the vectors, and a search compares the query with every one of them. Reads and
/// searches never wait for writes.
/// </summary>
internal sealed class ExactIndex : IGlobalIndex
{
    private readonly EntryStore _store;
    private readonly CommitLoop _commits;
    private readonly TimeProvider _clock;
    private readonly int _searchThreads;
    private ImmutableDictionary<string, CollectionState> _collections;

    private ExactIndex(EntryStore store, GlobalIndexOptions options, TimeProvider clock, IEnumerable<CollectionState> collections)
    {
        _store = store;
        _clock = clock;
        _searchThreads = options.SearchThreads > 0 ? options.SearchThreads : Environment.ProcessorCount;
        _collections = collections.ToImmutableDictionary(collection => collection.Row.Name, StringComparer.Ordinal);
        _commits = new CommitLoop(store, options.MaxEntriesPerCommit);
    }

    /// <summary>Loads the vectors of a store and owns it from then on.</summary>
    /// <param name="store">Freshly opened.</param>
    /// <param name="options">Threads and transaction size.</param>
    /// <param name="clock">Tells create and update times.</param>
    /// <param name="cancellation">Ends the loading early.</param>
    public static ExactIndex Load(EntryStore store, GlobalIndexOptions options, TimeProvider clock, CancellationToken cancellation = default) =>
        new(store, options, clock, LoadCollections(store, cancellation));

    public async Task<Collection> CreateCollectionAsync(Collection collection, CancellationToken cancellation)
    {
        CollectionState? created = null;
        await _commits.WriteAsync(new PendingWrite(
            draft =>
            {
                if (_collections.ContainsKey(collection.Name))
                    throw DelgException.CollectionExists(collection.Name);
                var state = created = new CollectionState(draft.Store.InsertCollection(collection, Now()), draft.Store.VectorFolder);
                draft.AfterCommit(() => Volatile.Write(ref _collections, _collections.Add(collection.Name, state)));
            },
            entryCount: 0, standsAlone: true, cancellation));
        return Describe(created!);
    }

    public Task<Collection> DescribeCollectionAsync(string name, CancellationToken cancellation) => GetCollectionAsync(name, cancellation);

    public Task<Collection> GetCollectionAsync(string name, CancellationToken cancellation) => Task.FromResult(Describe(StateOf(name)));

    public Task<IReadOnlyList<Collection>> ListCollectionsAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Collection>>(
            [.. Volatile.Read(ref _collections).Values.Select(Describe).OrderBy(collection => collection.Name, CodePointOrder.Instance)]);

    public async Task<bool> DeleteCollectionAsync(string name, CancellationToken cancellation)
    {
        var found = false;
        await _commits.WriteAsync(new PendingWrite(
            draft =>
            {
                if (!_collections.TryGetValue(name, out var state))
                    return;
                found = true;
                draft.Store.DeleteCollection(state.Row.Key);
                draft.AfterCommit(() => Volatile.Write(ref _collections, _collections.Remove(name)));
            },
            entryCount: 0, standsAlone: true, cancellation));
        return found;
    }

    public Task UpsertAsync(Collection collection, IReadOnlyList<GlobalEntry> entries, CancellationToken cancellation)
    {
        // Of entries with one id the last one counts; the others need not reach the disk.
        var last = new Dictionary<string, GlobalEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
            last[entry.ImageId] = entry;
        var writes = last.Values
            .Select(entry => new EntryWrite(StoredEntry.From(entry), entry.ContentHash.ToByteArray(), VectorBlob.Rounded([.. entry.Descriptor_.Values], collection.Storage)))
            .ToList();
        return _commits.WriteAsync(new PendingWrite(
            draft =>
            {
                var state = StateOf(collection.Name);
                if (!state.Row.Is(collection))
                    throw DelgException.CollectionNotFound(collection.Name);
                draft.Store.Upsert(state.Row, writes, Now());
                var memory = draft.DraftOf(state);
                foreach (var write in writes)
                    memory.Put(write.Stored, write.Vector);
            },
            writes.Count, standsAlone: false, cancellation));
    }

    public async Task<int> DeleteAsync(string collection, IReadOnlyCollection<string> imageIds, CancellationToken cancellation)
    {
        var deleted = 0;
        await _commits.WriteAsync(new PendingWrite(
            draft =>
            {
                var state = StateOf(collection);
                draft.Store.Delete(state.Row.Key, imageIds);
                var memory = draft.DraftOf(state);
                deleted = imageIds.Count(memory.Remove);
            },
            imageIds.Count, standsAlone: false, cancellation));
        return deleted;
    }

    public async Task<int> DeleteAsync(string collection, Filter filter, CancellationToken cancellation)
    {
        var deleted = 0;
        await _commits.WriteAsync(new PendingWrite(
            draft =>
            {
                var state = StateOf(collection);
                var memory = draft.DraftOf(state);
                var imageIds = memory.Matching(filter);
                draft.Store.Delete(state.Row.Key, imageIds);
                deleted = imageIds.Count(memory.Remove);
            },
            entryCount: 0, standsAlone: false, cancellation));
        return deleted;
    }

    public Task<long> CountAsync(string collection, Filter? filter, CancellationToken cancellation)
    {
        var snapshot = StateOf(collection).Snapshot;
        if (filter is null)
            return Task.FromResult((long)snapshot.LiveCount);
        return Task.Run(() => snapshot.Chunks.Sum(view => (long)view.Rows(filter).Length), cancellation);
    }

    public Task<IReadOnlyList<GlobalEntry>> GetAsync(
        string collection, IReadOnlyList<string> imageIds, bool includeDescriptors, CancellationToken cancellation) =>
        Task.Run(() => _store.Get(StateOf(collection).Row, imageIds, includeDescriptors), cancellation);

    public Task<IReadOnlyList<GlobalEntry>> ListAsync(
        string collection, string afterImageId, int count, Filter? filter, CancellationToken cancellation) =>
        Task.Run(() => _store.List(StateOf(collection).Row, afterImageId, count, filter, cancellation), cancellation);

    public Task<IReadOnlyList<NeighborList>> SearchAsync(NeighborSearch search, CancellationToken cancellation)
    {
        var state = StateOf(search.Collection.Name);
        if (!state.Row.Is(search.Collection))
            throw DelgException.ModelMismatch(state.Row.ModelId, search.Collection.ModelId);
        return Task.Run(() => ExactScan.Run(state.Snapshot, search, _searchThreads, cancellation), cancellation);
    }

    public Task<CollectionStatistics> GetStatisticsAsync(string name, CancellationToken cancellation)
    {
        var state = StateOf(name);
        return Task.FromResult(state.Snapshot.Statistics(state.Row.Dim));
    }

    public Task<string?> CheckAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    public IEnumerable<KeyValuePair<string, int>> EntryCounts() =>
        Volatile.Read(ref _collections).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Snapshot.LiveCount));

    /// <summary>Finishes the writes that wait, then lets go of the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync();
        _store.Dispose();
    }

    private static List<CollectionState> LoadCollections(EntryStore store, CancellationToken cancellation)
    {
        var states = store.ReadCollections().Select(row => new CollectionState(row, store.VectorFolder)).ToDictionary(state => state.Row.Key);
        var drafts = states.ToDictionary(pair => pair.Key, pair => pair.Value.NewDraft());
        var vector = new float[states.Values.Select(state => state.Row.Dim).DefaultIfEmpty().Max()];
        store.ReadVectors(
            (collection, entry, blob) =>
            {
                var row = states[collection].Row;
                VectorBlob.Decode(blob, row.Storage, vector.AsSpan(0, row.Dim));
                drafts[collection].Put(entry, vector.AsSpan(0, row.Dim));
            },
            cancellation);
        foreach (var (key, draft) in drafts)
        {
            states[key].Snapshot = draft.Finish();
            draft.RecordLocations();
        }

        return [.. states.Values];
    }

    private static Collection Describe(CollectionState state) => state.Row.ToCollection(state.Snapshot.LiveCount);

    private CollectionState StateOf(string name) =>
        Volatile.Read(ref _collections).TryGetValue(name, out var state) ? state : throw DelgException.CollectionNotFound(name);

    private DateTime Now() => _clock.GetUtcNow().UtcDateTime;
}
