using Delg.Contracts.Errors;
using Delg.GlobalIndex.Filters;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Grpc.Core;

namespace Delg.GlobalIndex.Milvus;

/// <summary>Counts entries and reads them by id or in the order of their ids.</summary>
internal sealed class EntryReads(MilvusClient client, ServerState server, CollectionCatalog catalog)
{
    private const string CountField = "count(*)";

    public Task<long> CountAsync(string collection, Filter? filter, CancellationToken cancellation) =>
        catalog.WithOpenAsync(collection, open => CountAsync(open, filter, cancellation), cancellation);

    public async Task<long> CountAsync(OpenCollection open, Filter? filter, CancellationToken cancellation)
    {
        var answer = await QueryAsync(open, writer => filter is null ? "" : writer.Where(filter), [CountField], limit: null, cancellation);
        return answer.FieldsData[0].Scalars.LongData.Data[0];
    }

    public Task<IReadOnlyList<GlobalEntry>> GetAsync(
        string collection, IReadOnlyList<string> imageIds, bool includeDescriptors, CancellationToken cancellation) =>
        catalog.WithOpenAsync(
            collection,
            async open =>
            {
                var found = new Dictionary<string, GlobalEntry>(StringComparer.Ordinal);
                var fields = includeDescriptors ? EntrySchema.WithoutVector.Append(EntrySchema.Vector) : EntrySchema.WithoutVector;
                foreach (var ids in imageIds.Distinct(StringComparer.Ordinal).Chunk(ExpressionWriter.MaxIds))
                {
                    var answer = await QueryAsync(open, writer => writer.IdIn(ids), fields, limit: null, cancellation);
                    foreach (var entry in EntryColumns.Read(answer.FieldsData, open.Collection))
                        found[entry.ImageId] = entry;
                }

                return (IReadOnlyList<GlobalEntry>)[.. imageIds.Where(found.ContainsKey).Select(id => found[id])];
            },
            cancellation);

    public Task<IReadOnlyList<GlobalEntry>> ListAsync(
        string collection, string afterImageId, int count, Filter? filter, CancellationToken cancellation) =>
        catalog.WithOpenAsync(
            collection,
            async open =>
            {
                var entries = new List<GlobalEntry>();
                var after = afterImageId;
                while (entries.Count < count)
                {
                    var page = await PageAsync(open, after, count - entries.Count, filter, cancellation);
                    if (page.Count == 0)
                        break;
                    entries.AddRange(page);
                    after = page[^1].ImageId;
                }

                return (IReadOnlyList<GlobalEntry>)entries;
            },
            cancellation);

    /// <summary>The first entries behind an id; fewer than there are only when none is left or the server chose to.</summary>
    private async Task<List<GlobalEntry>> PageAsync(OpenCollection open, string after, int count, Filter? filter, CancellationToken cancellation)
    {
        var answer = await QueryAsync(
            open,
            writer => ExpressionWriter.All(after.Length == 0 ? null : writer.IdAfter(after), filter is null ? null : writer.Where(filter)),
            EntrySchema.WithoutVector, count, cancellation);
        var entries = EntryColumns.Read(answer.FieldsData, open.Collection);
        // Rows out of order would mean that the limit cut off others than the last ones: better no page than one with gaps.
        for (var i = 1; i < entries.Count; i++)
        {
            if (CodePointOrder.Instance.Compare(entries[i - 1].ImageId, entries[i].ImageId) >= 0)
                throw new DelgException(StatusCode.Internal, ErrorReason.StoreUnsuitable, $"Milvus {server.VersionText} does not answer in the order of keys.");
        }

        return entries;
    }

    private async Task<QueryResults> QueryAsync(
        OpenCollection open, Func<ExpressionWriter, string> condition, IEnumerable<string> fields, int? limit, CancellationToken cancellation)
    {
        var writer = await catalog.WriterAsync(open, cancellation);
        var (level, timestamp) = open.Clock.ForRead();
        var request = new QueryRequest
        {
            CollectionName = open.Collection.MilvusName,
            Expr = condition(writer),
            OutputFields = { fields },
            ConsistencyLevel = level,
            GuaranteeTimestamp = timestamp,
        };
        if (limit is not null)
        {
            request.QueryParams.Add(new Wire.KeyValuePair { Key = "limit", Value = $"{limit}" });
            // Since 2.4 only iterators are answered in the order of keys; 2.3 always does so.
            request.QueryParams.Add(new Wire.KeyValuePair { Key = "iterator", Value = "True" });
        }

        request.ExprTemplateValues.Add(writer.Values);
        return await client.InvokeAsync("Query", (milvus, call) => milvus.QueryAsync(request, call), cancellation);
    }
}
