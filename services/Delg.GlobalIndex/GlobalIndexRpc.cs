using System.Diagnostics;
using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.GlobalIndex.Filters;
using Delg.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.GlobalIndex;

/// <summary><c>delg.v1.GlobalIndexService</c>: checks each request against the limits the proto states, then asks the index.</summary>
internal sealed class GlobalIndexRpc(IndexStartup startup, IOptions<GlobalIndexOptions> options, GlobalIndexMeter meter)
    : GlobalIndexService.GlobalIndexServiceBase
{
    private readonly GlobalIndexOptions _limits = options.Value;

    public override async Task<CreateCollectionResponse> CreateCollection(CreateCollectionRequest request, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Name, "name");
        check.That(request.ModelId.Length > 0, "model_id", "Required.");
        check.InRange(request.Dim, 1, MessageCheck.MaxGlobalDim, "dim");
        check.That(Enum.IsDefined(request.Storage), "storage", $"{(int)request.Storage} is not a VectorStorage.");
        check.ThrowIfInvalid();
        var index = await startup.IndexAsync(context.CancellationToken);
        var storage = request.Storage == VectorStorage.Unspecified ? VectorStorage.Float32 : request.Storage;
        var collection = new Collection { Name = request.Name, ModelId = request.ModelId, Dim = request.Dim, Storage = storage };
        try
        {
            return new CreateCollectionResponse { Collection = await index.CreateCollectionAsync(collection, context.CancellationToken) };
        }
        catch (DelgException taken) when (taken.Reason == ErrorReason.CollectionExists)
        {
            EntryCheck.ThrowIfMismatched(await index.DescribeCollectionAsync(request.Name, context.CancellationToken), collection);
            throw;
        }
    }

    public override async Task<GetCollectionResponse> GetCollection(GetCollectionRequest request, ServerCallContext context)
    {
        CheckCollection(request.Name, "name");
        var index = await startup.IndexAsync(context.CancellationToken);
        return new GetCollectionResponse { Collection = await index.GetCollectionAsync(request.Name, context.CancellationToken) };
    }

    public override async Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context)
    {
        var index = await startup.IndexAsync(context.CancellationToken);
        return new ListCollectionsResponse { Collections = { await index.ListCollectionsAsync(context.CancellationToken) } };
    }

    public override async Task<DeleteCollectionResponse> DeleteCollection(DeleteCollectionRequest request, ServerCallContext context)
    {
        CheckCollection(request.Name, "name");
        var index = await startup.IndexAsync(context.CancellationToken);
        if (!await index.DeleteCollectionAsync(request.Name, context.CancellationToken) && !request.AllowMissing)
            throw DelgException.CollectionNotFound(request.Name);
        return new DeleteCollectionResponse();
    }

    public override async Task<UpsertEntriesResponse> UpsertEntries(UpsertEntriesRequest request, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        check.InRange(request.Entries.Count, 1, _limits.MaxEntriesPerCall, "entries");
        check.ThrowIfInvalid();
        var index = await startup.IndexAsync(context.CancellationToken);
        var collection = await index.DescribeCollectionAsync(request.Collection, context.CancellationToken);

        var response = new UpsertEntriesResponse();
        var valid = new List<GlobalEntry>(request.Entries.Count);
        foreach (var entry in request.Entries)
        {
            var failure = EntryCheck.FailureOf(entry, collection);
            response.Results.Add(ResultOf(entry, failure));
            if (failure is null)
                valid.Add(WithUnitLength(entry));
        }

        if (valid.Count > 0)
            await index.UpsertAsync(collection, valid, context.CancellationToken);
        meter.Written(valid.Count);
        return response;
    }

    public override async Task<DeleteEntriesResponse> DeleteEntries(DeleteEntriesRequest request, ServerCallContext context)
    {
        if (request.Filter.Length > 0)
            return await DeleteMatchingAsync(request, context.CancellationToken);
        CheckIds(request.Collection, request.ImageIds);
        var index = await startup.IndexAsync(context.CancellationToken);
        var distinct = request.ImageIds.ToHashSet(StringComparer.Ordinal);
        var deleted = await index.DeleteAsync(request.Collection, distinct, context.CancellationToken);
        meter.Deleted(deleted);
        return new DeleteEntriesResponse { DeletedCount = deleted, MissingCount = distinct.Count - deleted };
    }

    public override async Task<GetEntriesResponse> GetEntries(GetEntriesRequest request, ServerCallContext context)
    {
        CheckIds(request.Collection, request.ImageIds);
        var index = await startup.IndexAsync(context.CancellationToken);
        var entries = await index.GetAsync(request.Collection, request.ImageIds, request.IncludeDescriptors, context.CancellationToken);
        return new GetEntriesResponse { Entries = { entries } };
    }

    public override async Task<ListEntriesResponse> ListEntries(ListEntriesRequest request, ServerCallContext context)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        check.That(request.PageSize >= 0, "page_size", $"{request.PageSize} is negative.");
        check.That(
            PageToken.TryRead(request.PageToken, request.Collection, out var afterImageId), "page_token",
            "Not a token that this collection's listing gave.");
        check.ThrowIfInvalid();
        var filter = FilterOf(request.Filter);
        var size = request.PageSize == 0 ? _limits.DefaultPageSize : Math.Min(request.PageSize, _limits.MaxPageSize);
        var index = await startup.IndexAsync(context.CancellationToken);
        // One more than asked tells whether there is a next page.
        var entries = await index.ListAsync(request.Collection, afterImageId, size + 1, filter, context.CancellationToken);
        return new ListEntriesResponse
        {
            Entries = { entries.Take(size) },
            NextPageToken = entries.Count > size ? PageToken.After(request.Collection, entries[size - 1].ImageId) : "",
        };
    }

    public override async Task<CountEntriesResponse> CountEntries(CountEntriesRequest request, ServerCallContext context)
    {
        CheckCollection(request.Collection, "collection");
        var filter = FilterOf(request.Filter);
        var index = await startup.IndexAsync(context.CancellationToken);
        return new CountEntriesResponse { EntryCount = await index.CountAsync(request.Collection, filter, context.CancellationToken) };
    }

    public override async Task<GetStatisticsResponse> GetStatistics(GetStatisticsRequest request, ServerCallContext context)
    {
        CheckCollection(request.Collection, "collection");
        var index = await startup.IndexAsync(context.CancellationToken);
        return new GetStatisticsResponse { Statistics = await index.GetStatisticsAsync(request.Collection, context.CancellationToken) };
    }

    public override async Task<SearchEntriesResponse> SearchEntries(SearchEntriesRequest request, ServerCallContext context)
    {
        var start = Stopwatch.GetTimestamp();
        CheckSearch(request);
        var filter = FilterOf(request.Filter);
        var index = await startup.IndexAsync(context.CancellationToken);
        var collection = await index.DescribeCollectionAsync(request.Collection, context.CancellationToken);
        foreach (var query in request.Queries)
            EntryCheck.ThrowIfMismatched(query, collection);
        var search = new NeighborSearch(
            collection,
            [.. request.Queries.Select(query => UnitVector.Of(query.Values))],
            request.TopK == 0 ? _limits.DefaultTopK : request.TopK,
            request.HasMinSimilarity ? request.MinSimilarity : null,
            request.ExcludeImageIds.ToHashSet(StringComparer.Ordinal),
            filter);
        var results = await index.SearchAsync(search, context.CancellationToken);
        meter.Searched(start, request.Queries.Count);
        return new SearchEntriesResponse { Results = { results } };
    }

    private static void CheckCollection(string name, string field)
    {
        var check = new MessageCheck();
        check.CollectionName(name, field);
        check.ThrowIfInvalid();
    }

    private static EntryResult ResultOf(GlobalEntry entry, DelgException? failure) => failure is null
        ? new EntryResult { ImageId = entry.ImageId }
        : new EntryResult { ImageId = entry.ImageId, Code = (int)failure.Code, Reason = failure.Reason, Message = failure.Message };

    private static GlobalEntry WithUnitLength(GlobalEntry entry)
    {
        var values = UnitVector.Of(entry.Descriptor_.Values);
        entry.Descriptor_.Values.Clear();
        entry.Descriptor_.Values.AddRange(values);
        return entry;
    }

    private async Task<DeleteEntriesResponse> DeleteMatchingAsync(DeleteEntriesRequest request, CancellationToken cancellation)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        check.That(request.ImageIds.Count == 0, "image_ids", "Either image_ids or filter, not both.");
        var filter = FilterOf(request.Filter);
        check.That(filter is not null, "filter", "Blank; a filter that removes entries must say which.");
        check.ThrowIfInvalid();
        var index = await startup.IndexAsync(cancellation);
        var deleted = await index.DeleteAsync(request.Collection, filter!, cancellation);
        meter.Deleted(deleted);
        return new DeleteEntriesResponse { DeletedCount = deleted };
    }

    private Filter? FilterOf(string text) => FilterParser.Parse(text, FilterLimits.Of(_limits));

    private void CheckIds(string collection, IReadOnlyList<string> imageIds)
    {
        var check = new MessageCheck();
        check.CollectionName(collection, "collection");
        check.ImageIds(imageIds, _limits.MaxEntriesPerCall, "image_ids");
        check.ThrowIfInvalid();
    }

    private void CheckSearch(SearchEntriesRequest request)
    {
        var check = new MessageCheck();
        check.CollectionName(request.Collection, "collection");
        if (check.InRange(request.Queries.Count, 1, _limits.MaxQueriesPerSearch, "queries"))
        {
            for (var i = 0; i < request.Queries.Count; i++)
                check.Global(request.Queries[i], $"queries[{i}]");
        }

        check.That(
            request.TopK >= 0 && request.TopK <= _limits.MaxTopK, "top_k",
            $"{request.TopK} is outside 1 to {_limits.MaxTopK} (0: {_limits.DefaultTopK}).");
        check.That(
            !request.HasMinSimilarity || request.MinSimilarity is >= -1 and <= 1, "min_similarity", $"{request.MinSimilarity} is outside -1 to 1.");
        check.InRange(request.ExcludeImageIds.Count, 0, _limits.MaxExcludedImageIds, "exclude_image_ids");
        check.ThrowIfInvalid();
    }
}
