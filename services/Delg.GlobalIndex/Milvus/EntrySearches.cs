using Delg.Contracts.Errors;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Google.Protobuf;

namespace Delg.GlobalIndex.Milvus;

/// <summary>Looks for the neighbours of vectors.</summary>
internal sealed class EntrySearches(MilvusClient client, CollectionCatalog catalog, MilvusOptions options)
{
    public Task<IReadOnlyList<NeighborList>> SearchAsync(NeighborSearch search, CancellationToken cancellation) =>
        catalog.WithOpenAsync(
            search.Collection.Name,
            async open =>
            {
                if (!open.Collection.Is(search.Collection))
                    throw DelgException.ModelMismatch(open.Collection.Record.ModelId, search.Collection.ModelId);
                var results = new List<NeighborList>(search.Queries.Count);
                foreach (var queries in search.Queries.Chunk(Math.Max(1, options.MaxNeighborsPerSearch / search.TopK)))
                    results.AddRange(await SearchAsync(open, search, queries, cancellation));
                return (IReadOnlyList<NeighborList>)results;
            },
            cancellation);

    private async Task<IEnumerable<NeighborList>> SearchAsync(
        OpenCollection open, NeighborSearch search, IReadOnlyList<float[]> queries, CancellationToken cancellation)
    {
        var writer = await catalog.WriterAsync(open, cancellation);
        var (level, timestamp) = open.Clock.ForRead();
        var request = new SearchRequest
        {
            CollectionName = open.Collection.MilvusName,
            Dsl = ExpressionWriter.All(
                search.Filter is null ? null : writer.Where(search.Filter),
                search.ExcludeImageIds.Count == 0 ? null : writer.IdNotIn(search.ExcludeImageIds)),
            DslType = DslType.BoolExprV1,
            PlaceholderGroup = QueryVectors.Of(queries, open.Collection.Storage).ToByteString(),
            OutputFields = { EntrySchema.OfNeighbors },
            SearchParams =
            {
                new Wire.KeyValuePair { Key = "anns_field", Value = EntrySchema.Vector },
                new Wire.KeyValuePair { Key = "topk", Value = $"{search.TopK}" },
                new Wire.KeyValuePair { Key = VectorIndex.MetricKey, Value = VectorIndex.Metric },
                new Wire.KeyValuePair { Key = VectorIndex.ParametersKey, Value = VectorIndex.ToSearch(open.IndexType, search.TopK, options) },
            },
            Nq = queries.Count,
            ConsistencyLevel = level,
            GuaranteeTimestamp = timestamp,
        };
        request.ExprTemplateValues.Add(writer.Values);
        var answer = await client.InvokeAsync("Search", (milvus, call) => milvus.SearchAsync(request, call), cancellation);
        return EntryColumns.ReadNeighbors(answer.Results ?? new SearchResultData(), queries.Count, search.MinSimilarity);
    }
}
