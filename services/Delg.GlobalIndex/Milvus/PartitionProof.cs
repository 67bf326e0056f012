using Delg.Contracts.Errors;
using Delg.GlobalIndex.Filters;
using Delg.V1;
using Grpc.Core;

namespace Delg.GlobalIndex.Milvus;

/// <summary>
/// Some servers put upserted rows into other partitions than those that a search for their key looks into (seen on 2.3.5): what was written
/// would not be found. A few rows, written, looked for and removed, show whether this one does.
/// </summary>
internal sealed class PartitionProof(ServerState server, CollectionCatalog catalog, EntryReads reads, EntryWrites writes)
{
    /// <param name="open">An empty collection with a partition key; dropped when it is of no use.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="DelgException">STORE_UNSUITABLE: this server does not find what was written.</exception>
    public async Task RunAsync(OpenCollection open, CancellationToken cancellation)
    {
        const int Rows = 16;
        var key = open.Collection.Record.PartitionKey;
        var texts = Enumerable.Range(0, Rows).Select(row => $"{row}").ToList();
        var vector = new float[open.Collection.Dim];
        vector[0] = 1;
        // Ids unlike the keys: 2.3.5 divides upserted rows by their ids.
        var ids = texts.ConvertAll(text => $"row {text}");
        var entries = texts.Zip(ids).Select(row => new GlobalEntry
        {
            ImageId = row.Second,
            Descriptor_ = new GlobalDescriptor { ModelId = open.Collection.Record.ModelId, Values = { vector } },
            Metadata = new V1.Metadata { Values = { [key] = new MetadataValue { StringValue = row.First } } },
        }).ToList();
        var name = open.Collection.Record.Name;
        await writes.UpsertAsync(open.Collection.ToCollection(entryCount: 0), entries, cancellation);
        var found = 0L;
        // One by one: together they would look into all partitions.
        foreach (var text in texts)
            found += await reads.CountAsync(open, new Comparison(key, ComparisonOperator.Equal, new TextValue(text)), cancellation);
        if (found == Rows)
        {
            await writes.DeleteAsync(name, ids, cancellation);
            return;
        }

        await catalog.DropAsync(name, cancellation);
        throw new DelgException(
            StatusCode.FailedPrecondition, ErrorReason.StoreUnsuitable,
            $"Milvus {server.VersionText} does not find upserted rows by their partition key ({found} of {Rows}): {nameof(MilvusOptions.PartitionKey)} cannot be used with it.");
    }
}
