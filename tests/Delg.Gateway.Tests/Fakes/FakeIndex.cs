using System.Collections.Concurrent;
using Delg.Contracts.Errors;
using Delg.V1;
using Grpc.Core;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>Collections in memory. A search answers what the test laid out, or all entries.</summary>
internal sealed class FakeIndex(CallJournal journal) : GlobalIndexService.GlobalIndexServiceBase
{
    public ConcurrentDictionary<string, Collection> Collections { get; } = new();

    public ConcurrentDictionary<(string Collection, string Id), GlobalEntry> Entries { get; } = new();

    public ConcurrentQueue<SearchEntriesRequest> Searches { get; } = new();

    public List<Neighbor> Neighbors { get; } = [];

    /// <summary>What a search answers for a query, where not every query is answered alike.</summary>
    public Func<GlobalDescriptor, IEnumerable<Neighbor>>? NeighborsOf { get; set; }

    public ConcurrentQueue<ListEntriesRequest> Lists { get; } = new();

    /// <summary>Ids asked for in each call that reads entries.</summary>
    public ConcurrentQueue<int> Reads { get; } = new();

    /// <summary>The result of every upsert, when it is not success.</summary>
    public EntryResult? Refusal { get; set; }

    /// <summary>Set by a test to make a write of these entries wait or fail.</summary>
    public Func<UpsertEntriesRequest, Task>? BeforeUpsert { get; set; }

    /// <summary>Set by a test to make a removal of entries wait or fail.</summary>
    public Func<Task>? BeforeDelete { get; set; }

    public override Task<CreateCollectionResponse> CreateCollection(CreateCollectionRequest request, ServerCallContext context)
    {
        journal.Note(context);
        var collection = new Collection { Name = request.Name, ModelId = request.ModelId, Dim = request.Dim };
        if (!Collections.TryAdd(request.Name, collection))
            throw new DelgException(StatusCode.AlreadyExists, ErrorReason.CollectionExists, $"Collection '{request.Name}' is there.").ToRpcException();
        return Task.FromResult(new CreateCollectionResponse { Collection = collection });
    }

    public override Task<GetCollectionResponse> GetCollection(GetCollectionRequest request, ServerCallContext context)
    {
        journal.Note(context);
        return Task.FromResult(new GetCollectionResponse { Collection = Find(request.Name) });
    }

    public override Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListCollectionsResponse { Collections = { Collections.Values.OrderBy(c => c.Name, StringComparer.Ordinal) } });

    public override Task<DeleteCollectionResponse> DeleteCollection(DeleteCollectionRequest request, ServerCallContext context)
    {
        journal.Note(context);
        if (!Collections.TryRemove(request.Name, out _) && !request.AllowMissing)
            throw DelgException.CollectionNotFound(request.Name).ToRpcException();
        return Task.FromResult(new DeleteCollectionResponse());
    }

    public override async Task<UpsertEntriesResponse> UpsertEntries(UpsertEntriesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        if (BeforeUpsert is not null)
            await BeforeUpsert(request);
        Find(request.Collection);
        foreach (var entry in request.Entries.Where(_ => Refusal is null))
            Entries[(request.Collection, entry.ImageId)] = entry;
        return new UpsertEntriesResponse { Results = { request.Entries.Select(e => Refusal ?? new EntryResult { ImageId = e.ImageId }) } };
    }

    public override async Task<DeleteEntriesResponse> DeleteEntries(DeleteEntriesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        if (BeforeDelete is not null)
            await BeforeDelete();
        var deleted = request.ImageIds.Count(id => Entries.TryRemove((request.Collection, id), out _));
        return new DeleteEntriesResponse { DeletedCount = deleted, MissingCount = request.ImageIds.Count - deleted };
    }

    public override Task<GetEntriesResponse> GetEntries(GetEntriesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        Find(request.Collection);
        Reads.Enqueue(request.ImageIds.Count);
        var found = request.ImageIds.Select(id => Entries.GetValueOrDefault((request.Collection, id))).OfType<GlobalEntry>();
        return Task.FromResult(new GetEntriesResponse { Entries = { found } });
    }

    /// <summary>A filter keeps the entries whose id begins with it; a page token is the last id before the page.</summary>
    public override Task<ListEntriesResponse> ListEntries(ListEntriesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        Lists.Enqueue(request);
        Find(request.Collection);
        var size = request.PageSize == 0 ? 100 : request.PageSize;
        var left = Entries.Where(entry => entry.Key.Collection == request.Collection && entry.Key.Id.StartsWith(request.Filter, StringComparison.Ordinal))
            .Select(entry => entry.Value)
            .Where(entry => string.CompareOrdinal(entry.ImageId, request.PageToken) > 0)
            .OrderBy(entry => entry.ImageId, StringComparer.Ordinal)
            .ToList();
        return Task.FromResult(new ListEntriesResponse { Entries = { left.Take(size) }, NextPageToken = left.Count > size ? left[size - 1].ImageId : "" });
    }

    public override Task<SearchEntriesResponse> SearchEntries(SearchEntriesRequest request, ServerCallContext context)
    {
        journal.Note(context);
        Searches.Enqueue(request);
        Find(request.Collection);
        var results = request.Queries.Select(query => new NeighborList { Neighbors = { (NeighborsOf?.Invoke(query).Where(n => !request.HasMinSimilarity || n.Similarity >= request.MinSimilarity) ?? Neighbors).Take(request.TopK) } });
        return Task.FromResult(new SearchEntriesResponse { Results = { results } });
    }

    private Collection Find(string name) => Collections.TryGetValue(name, out var found) ? found : throw DelgException.CollectionNotFound(name).ToRpcException();
}
