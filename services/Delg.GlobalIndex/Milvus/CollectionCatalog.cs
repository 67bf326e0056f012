using Delg.Contracts.Errors;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.GlobalIndex.Milvus;

/// <summary>The collections of ours that a server has.</summary>
internal sealed class CollectionCatalog(MilvusClient client, ServerState server, MilvusOptions options, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly CollectionOpening _opening = new(client, options, clock, logger);

    /// <summary>Makes a collection and opens it.</summary>
    public async Task<OpenCollection> CreateAsync(Collection collection, CancellationToken cancellation)
    {
        if (await FindAsync(collection.Name, cancellation) is not null)
            throw DelgException.CollectionExists(collection.Name);
        var version = await server.VersionAsync(cancellation);
        if (collection.Storage == VectorStorage.Float16 && !version.HasFloat16)
            throw StorageUnsupported(collection, version);
        var record = new CollectionRecord(
            CollectionRecord.CurrentVersion, collection.Name, collection.ModelId, clock.GetUtcNow().UtcDateTime, options.PartitionKey);
        var milvusName = CollectionNames.ToMilvus(options.CollectionPrefix, collection.Name);
        var isPartitioned = record.PartitionKey.Length > 0;
        var request = new Wire.CreateCollectionRequest
        {
            CollectionName = milvusName,
            Schema = EntrySchema.Of(milvusName, record.ToDescription(), (int)collection.Dim, collection.Storage, isPartitioned).ToByteString(),
            ShardsNum = options.Shards,
            NumPartitions = isPartitioned ? options.Partitions : 0,
        };
        MilvusException? refusal = null;
        try
        {
            await client.InvokeAsync("CreateCollection", (milvus, call) => milvus.CreateCollectionAsync(request, call), cancellation);
        }
        catch (MilvusException failure)
        {
            refusal = failure;
        }

        // Somebody else may have made it since we looked; whose record is there tells.
        var created = await FindAsync(collection.Name, cancellation);
        if (created is not null && created.Record != record)
            throw DelgException.CollectionExists(collection.Name);
        if (created is null)
            throw refusal ?? (Exception)DelgException.CollectionNotFound(collection.Name);
        return await _opening.OpenAsync(created, cancellation);
    }

    /// <summary>Names of what may be collections of ours; which of them are, <see cref="FindAsync"/> tells.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellation)
    {
        var shown = await client.InvokeAsync(
            "ShowCollections", (milvus, call) => milvus.ShowCollectionsAsync(new ShowCollectionsRequest(), call), cancellation);
        var names = new List<string>();
        foreach (var milvusName in shown.CollectionNames)
        {
            if (CollectionNames.TryRead(options.CollectionPrefix, milvusName, out var name))
                names.Add(name);
        }

        return names;
    }

    /// <summary>False when there is none of that name.</summary>
    public async Task<bool> DropAsync(string name, CancellationToken cancellation)
    {
        if (await FindAsync(name, cancellation) is not { } collection)
            return false;
        var request = new DropCollectionRequest { CollectionName = collection.MilvusName };
        await client.InvokeAsync("DropCollection", (milvus, call) => milvus.DropCollectionAsync(request, call), cancellation);
        _opening.Forget(collection);
        return true;
    }

    /// <summary>The collection; null when there is none of that name.</summary>
    /// <exception cref="DelgException">STORE_UNSUITABLE: something that is not ours has its name in Milvus.</exception>
    public async Task<MilvusCollection?> FindAsync(string name, CancellationToken cancellation)
    {
        var request = new DescribeCollectionRequest { CollectionName = CollectionNames.ToMilvus(options.CollectionPrefix, name) };
        try
        {
            var described = await client.InvokeAsync("DescribeCollection", (milvus, call) => milvus.DescribeCollectionAsync(request, call), cancellation);
            if (described.Schema is null)
                return null;
            return MilvusCollection.Read(described) is { } collection && collection.Record.Name == name ? collection : throw MilvusCollection.Foreign(described, name);
        }
        catch (MilvusException missing) when (missing.MilvusCode == MilvusCode.CollectionNotFound)
        {
            return null;
        }
    }

    public async Task<MilvusCollection> GetAsync(string name, CancellationToken cancellation) =>
        await FindAsync(name, cancellation) ?? throw DelgException.CollectionNotFound(name);

    /// <summary>Does something with a collection that is there and in Milvus's memory, once more when it had left the memory meanwhile.</summary>
    public async Task<T> WithOpenAsync<T>(string name, Func<OpenCollection, Task<T>> work, CancellationToken cancellation)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var collection = await GetAsync(name, cancellation);
            try
            {
                return await work(await _opening.OpenAsync(collection, cancellation));
            }
            catch (MilvusException gone) when (gone.MilvusCode == MilvusCode.CollectionNotFound)
            {
                _opening.Forget(collection);
                throw DelgException.CollectionNotFound(name);
            }
            catch (MilvusException unloaded) when (unloaded.MilvusCode == MilvusCode.CollectionNotLoaded && !isSecond)
            {
                _opening.Forget(collection);
            }
        }
    }

    /// <summary>A writer of conditions on a collection's entries, as the server takes them.</summary>
    public async Task<ExpressionWriter> WriterAsync(OpenCollection open, CancellationToken cancellation) =>
        new((await server.VersionAsync(cancellation)).HasTemplates, open.Collection.Record.PartitionKey);

    public void Dispose() => _opening.Dispose();

    private static DelgException StorageUnsupported(Collection collection, MilvusVersion version) => new(
        StatusCode.FailedPrecondition, ErrorReason.StorageUnsupported,
        $"Collection '{collection.Name}' asks for {VectorStorage.Float16} storage, which Milvus has since 2.4; the server is {version.Text}.")
    {
        Details = new Dictionary<string, string> { ["storage"] = $"{VectorStorage.Float16}", ["milvus_version"] = version.Text },
    };
}
