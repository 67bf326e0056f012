using Delg.Contracts.Errors;
using Delg.GlobalIndex.Filters;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;

namespace Delg.GlobalIndex.Milvus;

/// <summary>Writes and deletes entries. What was acknowledged, this service's reads see at once (<see cref="SessionClock"/>).</summary>
internal sealed class EntryWrites(MilvusClient client, CollectionCatalog catalog, MilvusOptions options, TimeProvider clock)
{
    public Task UpsertAsync(Collection collection, IReadOnlyList<GlobalEntry> entries, CancellationToken cancellation)
    {
        // Milvus keeps both of two rows with one key in a message (2.3) or refuses them (2.6).
        var last = new Dictionary<string, GlobalEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
            last[entry.ImageId] = entry;
        return catalog.WithOpenAsync(
            collection.Name,
            async open =>
            {
                if (!open.Collection.Is(collection))
                    throw DelgException.CollectionNotFound(collection.Name);
                foreach (var columns in Batches(open.Collection, last.Values))
                {
                    var request = new UpsertRequest
                    {
                        CollectionName = open.Collection.MilvusName,
                        FieldsData = { columns.ToFields() },
                        NumRows = (uint)columns.Rows,
                    };
                    var result = await client.InvokeAsync("Upsert", (milvus, call) => milvus.UpsertAsync(request, call), cancellation);
                    open.Clock.Written(result.Timestamp);
                }

                return true;
            },
            cancellation);
    }

    public async Task<int> DeleteAsync(string collection, IReadOnlyCollection<string> imageIds, CancellationToken cancellation)
    {
        var deleted = 0;
        foreach (var ids in imageIds.Chunk(ExpressionWriter.MaxIds))
            deleted += await DeleteAsync(collection, writer => writer.IdIn(ids), cancellation);
        return deleted;
    }

    public Task<int> DeleteAsync(string collection, Filter filter, CancellationToken cancellation) =>
        DeleteAsync(collection, writer => writer.Where(filter), cancellation);

    private Task<int> DeleteAsync(string collection, Func<ExpressionWriter, string> condition, CancellationToken cancellation) =>
        catalog.WithOpenAsync(
            collection,
            async open =>
            {
                var writer = await catalog.WriterAsync(open, cancellation);
                // Asked for ids alone, Milvus counts those that it was told; with another term it looks which of them are there.
                var request = new DeleteRequest { CollectionName = open.Collection.MilvusName, Expr = ExpressionWriter.All(condition(writer), ExpressionWriter.Any) };
                request.ExprTemplateValues.Add(writer.Values);
                await open.Deleting.WaitAsync(cancellation);
                try
                {
                    var result = await client.InvokeAsync("Delete", (milvus, call) => milvus.DeleteAsync(request, call), cancellation);
                    // The answer's own stamp is of the look at what is there, older than the delete itself (seen on 2.3.5).
                    open.Clock.Written(await client.NowAsync(cancellation));
                    return (int)result.DeleteCnt;
                }
                finally
                {
                    open.Deleting.Release();
                }
            },
            cancellation);

    private IEnumerable<EntryColumns> Batches(MilvusCollection collection, IEnumerable<GlobalEntry> entries)
    {
        // All are made before the first is sent: an entry that Milvus cannot take is found before anything is written.
        var batches = new List<EntryColumns>();
        var now = clock.GetUtcNow().UtcDateTime;
        foreach (var entry in entries)
        {
            if (batches.Count == 0 || batches[^1].Bytes > options.MaxBatchBytes - EntryColumns.MaxRowBytes)
                batches.Add(new EntryColumns(collection, now));
            batches[^1].Add(entry);
        }

        return batches;
    }
}
