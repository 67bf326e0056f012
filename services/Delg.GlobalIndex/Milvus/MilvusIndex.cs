using Delg.Contracts.Errors;
using Delg.GlobalIndex.Filters;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.GlobalIndex.Milvus;

/// <summary>
/// Collections kept by a Milvus server. Several services may share one; each sees its own writes at once
/// (<see cref="MilvusConsistency"/>). A write that is larger than one message is several, each of them whole or not at all.
/// </summary>
internal sealed partial class MilvusIndex : IGlobalIndex
{
    /// <summary>Ids that one expression names: 512 bytes each stay far below the server's limit.</summary>
    private const int MaxIdsPerExpression = 1000;

    private const string Backend = "milvus";
    private const string CountField = "count(*)";

    private readonly MilvusOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly MilvusClient _client;
    private readonly CollectionOpening _opening;
    private MilvusVersion? _version;

    public MilvusIndex(MilvusOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        _options = options;
        _clock = clock;
        _logger = loggers.CreateLogger<MilvusIndex>();
        _client = new MilvusClient(options, clock, loggers.CreateLogger<MilvusClient>());
        _opening = new CollectionOpening(_client, options, clock, _logger);
    }

    public async Task<string?> CheckAsync(CancellationToken cancellation)
    {
        try
        {
            var answer = await _client.AskAsync("GetVersion", (milvus, call) => milvus.GetVersionAsync(new GetVersionRequest(), call), cancellation);
            var version = MilvusVersion.Parse(answer.Version);
            if (Interlocked.Exchange(ref _version, version)?.Text != version.Text)
                LogAnswers(_client.Address, version.Text);
            var health = await _client.AskAsync("CheckHealth", (milvus, call) => milvus.CheckHealthAsync(new CheckHealthRequest(), call), cancellation);
            return health.IsHealthy ? null : $"Milvus at {_client.Address} is not healthy: {string.Join("; ", health.Reasons)}";
        }
        catch (MilvusException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>None: Milvus has metrics of its own.</summary>
    public IEnumerable<KeyValuePair<string, int>> EntryCounts() => [];

    public async Task<Collection> CreateCollectionAsync(Collection collection, CancellationToken cancellation)
    {
        if (await FindAsync(collection.Name, cancellation) is not null)
            throw DelgException.CollectionExists(collection.Name);
        var version = await VersionAsync(cancellation);
        if (collection.Storage == VectorStorage.Float16 && !version.HasFloat16)
            throw StorageUnsupported(collection, version);
        var record = new CollectionRecord(
            CollectionRecord.CurrentVersion, collection.Name, collection.ModelId, _clock.GetUtcNow().UtcDateTime, _options.PartitionKey);
        var milvusName = CollectionNames.ToMilvus(_options.CollectionPrefix, collection.Name);
        var isPartitioned = record.PartitionKey.Length > 0;
        var request = new Wire.CreateCollectionRequest
        {
            CollectionName = milvusName,
            Schema = EntrySchema.Of(milvusName, record.ToDescription(), (int)collection.Dim, collection.Storage, isPartitioned).ToByteString(),
            ShardsNum = _options.Shards,
            NumPartitions = isPartitioned ? _options.Partitions : 0,
        };
        MilvusException? refusal = null;
        try
        {
            await _client.InvokeAsync("CreateCollection", (milvus, call) => milvus.CreateCollectionAsync(request, call), cancellation);
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
        var open = await _opening.OpenAsync(created, cancellation);
        if (isPartitioned)
            await ProvePartitionsAsync(open, cancellation);
        return created.ToCollection(entryCount: 0);
    }

    public async Task<Collection> DescribeCollectionAsync(string name, CancellationToken cancellation) =>
        (await GetAsync(name, cancellation)).ToCollection(entryCount: 0);

    public Task<Collection> GetCollectionAsync(string name, CancellationToken cancellation) =>
        WithOpenAsync(name, async open => open.Collection.ToCollection(await CountAsync(open, null, cancellation)), cancellation);

    public async Task<IReadOnlyList<Collection>> ListCollectionsAsync(CancellationToken cancellation)
    {
        var shown = await _client.InvokeAsync(
            "ShowCollections", (milvus, call) => milvus.ShowCollectionsAsync(new ShowCollectionsRequest(), call), cancellation);
        var collections = new List<Collection>();
        foreach (var milvusName in shown.CollectionNames)
        {
            if (!CollectionNames.TryRead(_options.CollectionPrefix, milvusName, out var name))
                continue;
            try
            {
                collections.Add(await GetCollectionAsync(name, cancellation));
            }
            catch (DelgException failure) when (failure.Reason is ErrorReason.CollectionNotFound or ErrorReason.StoreUnsuitable)
            {
                // Dropped since it was listed, or not ours.
            }
        }

        collections.Sort((x, y) => CodePointOrder.Instance.Compare(x.Name, y.Name));
        return collections;
    }

    public async Task<bool> DeleteCollectionAsync(string name, CancellationToken cancellation)
    {
        if (await FindAsync(name, cancellation) is not { } collection)
            return false;
        var request = new DropCollectionRequest { CollectionName = collection.MilvusName };
        await _client.InvokeAsync("DropCollection", (milvus, call) => milvus.DropCollectionAsync(request, call), cancellation);
        _opening.Forget(collection);
        return true;
    }

    public Task UpsertAsync(Collection collection, IReadOnlyList<GlobalEntry> entries, CancellationToken cancellation)
    {
        // Milvus keeps both of two rows with one key in a message (2.3) or refuses them (2.6).
        var last = new Dictionary<string, GlobalEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
            last[entry.ImageId] = entry;
        return WithOpenAsync(
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
                    var result = await _client.InvokeAsync("Upsert", (milvus, call) => milvus.UpsertAsync(request, call), cancellation);
                    open.Clock.Written(result.Timestamp);
                }

                return true;
            },
            cancellation);
    }

    public async Task<int> DeleteAsync(string collection, IReadOnlyCollection<string> imageIds, CancellationToken cancellation)
    {
        var deleted = 0;
        foreach (var ids in imageIds.Chunk(MaxIdsPerExpression))
            deleted += await DeleteAsync(collection, writer => writer.IdIn(ids), cancellation);
        return deleted;
    }

    public Task<int> DeleteAsync(string collection, Filter filter, CancellationToken cancellation) =>
        DeleteAsync(collection, writer => writer.Where(filter), cancellation);

    public Task<long> CountAsync(string collection, Filter? filter, CancellationToken cancellation) =>
        WithOpenAsync(collection, open => CountAsync(open, filter, cancellation), cancellation);

    public Task<IReadOnlyList<GlobalEntry>> GetAsync(
        string collection, IReadOnlyList<string> imageIds, bool includeDescriptors, CancellationToken cancellation) =>
        WithOpenAsync(
            collection,
            async open =>
            {
                var found = new Dictionary<string, GlobalEntry>(StringComparer.Ordinal);
                var fields = includeDescriptors ? EntrySchema.WithoutVector.Append(EntrySchema.Vector) : EntrySchema.WithoutVector;
                foreach (var ids in imageIds.Distinct(StringComparer.Ordinal).Chunk(MaxIdsPerExpression))
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
        WithOpenAsync(
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

    public Task<IReadOnlyList<NeighborList>> SearchAsync(NeighborSearch search, CancellationToken cancellation) =>
        WithOpenAsync(
            search.Collection.Name,
            async open =>
            {
                if (!open.Collection.Is(search.Collection))
                    throw DelgException.ModelMismatch(open.Collection.Record.ModelId, search.Collection.ModelId);
                var results = new List<NeighborList>(search.Queries.Count);
                foreach (var queries in search.Queries.Chunk(Math.Max(1, _options.MaxNeighborsPerSearch / search.TopK)))
                    results.AddRange(await SearchAsync(open, search, queries, cancellation));
                return (IReadOnlyList<NeighborList>)results;
            },
            cancellation);

    public Task<CollectionStatistics> GetStatisticsAsync(string name, CancellationToken cancellation) =>
        WithOpenAsync(
            name,
            async open => new CollectionStatistics
            {
                EntryCount = await CountAsync(open, null, cancellation),
                Backend = Backend,
                IndexType = open.IndexType,
                BytesPerVector = VectorIndex.BytesPerVector(
                    open.IndexType, open.Collection.Storage == VectorStorage.Float16 ? HalfPrecision.ComponentBytes : sizeof(float), open.Collection.Dim),
            },
            cancellation);

    public ValueTask DisposeAsync()
    {
        _opening.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static DelgException StorageUnsupported(Collection collection, MilvusVersion version) => new(
        StatusCode.FailedPrecondition, ErrorReason.StorageUnsupported,
        $"Collection '{collection.Name}' asks for {VectorStorage.Float16} storage, which Milvus has since 2.4; the server is {version.Text}.")
    {
        Details = new Dictionary<string, string> { ["storage"] = $"{VectorStorage.Float16}", ["milvus_version"] = version.Text },
    };

    private async Task<MilvusVersion> VersionAsync(CancellationToken cancellation)
    {
        if (_version is { } known)
            return known;
        var answer = await _client.InvokeAsync("GetVersion", (milvus, call) => milvus.GetVersionAsync(new GetVersionRequest(), call), cancellation);
        return _version = MilvusVersion.Parse(answer.Version);
    }

    /// <summary>The collection; null when there is none of that name.</summary>
    /// <exception cref="DelgException">STORE_UNSUITABLE: something that is not ours has its name in Milvus.</exception>
    private async Task<MilvusCollection?> FindAsync(string name, CancellationToken cancellation)
    {
        var request = new DescribeCollectionRequest { CollectionName = CollectionNames.ToMilvus(_options.CollectionPrefix, name) };
        try
        {
            var described = await _client.InvokeAsync("DescribeCollection", (milvus, call) => milvus.DescribeCollectionAsync(request, call), cancellation);
            if (described.Schema is null)
                return null;
            return MilvusCollection.Read(described) is { } collection && collection.Record.Name == name ? collection : throw MilvusCollection.Foreign(described, name);
        }
        catch (MilvusException missing) when (missing.MilvusCode == MilvusCode.CollectionNotFound)
        {
            return null;
        }
    }

    private async Task<MilvusCollection> GetAsync(string name, CancellationToken cancellation) =>
        await FindAsync(name, cancellation) ?? throw DelgException.CollectionNotFound(name);

    /// <summary>Does something with a collection that is there and in Milvus's memory, once more when it had left the memory meanwhile.</summary>
    private async Task<T> WithOpenAsync<T>(string name, Func<OpenCollection, Task<T>> work, CancellationToken cancellation)
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

    /// <summary>
    /// Some servers put upserted rows into other partitions than those that a search for their key looks into (seen on 2.3.5): what was written
    /// would not be found. A few rows, written, looked for and removed, show whether this one does.
    /// </summary>
    private async Task ProvePartitionsAsync(OpenCollection open, CancellationToken cancellation)
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
        await UpsertAsync(open.Collection.ToCollection(entryCount: 0), entries, cancellation);
        var found = 0L;
        // One by one: together they would look into all partitions.
        foreach (var text in texts)
            found += await CountAsync(open, new Comparison(key, ComparisonOperator.Equal, new TextValue(text)), cancellation);
        if (found == Rows)
        {
            await DeleteAsync(name, ids, cancellation);
            return;
        }

        await DeleteCollectionAsync(name, cancellation);
        throw new DelgException(
            StatusCode.FailedPrecondition, ErrorReason.StoreUnsuitable,
            $"Milvus {_version?.Text} does not find upserted rows by their partition key ({found} of {Rows}): {nameof(MilvusOptions.PartitionKey)} cannot be used with it.");
    }

    private async Task<ExpressionWriter> WriterAsync(OpenCollection open, CancellationToken cancellation) =>
        new((await VersionAsync(cancellation)).HasTemplates, open.Collection.Record.PartitionKey);

    private IEnumerable<EntryColumns> Batches(MilvusCollection collection, IEnumerable<GlobalEntry> entries)
    {
        // All are made before the first is sent: an entry that Milvus cannot take is found before anything is written.
        var batches = new List<EntryColumns>();
        var now = _clock.GetUtcNow().UtcDateTime;
        foreach (var entry in entries)
        {
            if (batches.Count == 0 || batches[^1].Bytes > _options.MaxBatchBytes - EntryColumns.MaxRowBytes)
                batches.Add(new EntryColumns(collection, now));
            batches[^1].Add(entry);
        }

        return batches;
    }

    private Task<int> DeleteAsync(string collection, Func<ExpressionWriter, string> condition, CancellationToken cancellation) =>
        WithOpenAsync(
            collection,
            async open =>
            {
                var writer = await WriterAsync(open, cancellation);
                // Asked for ids alone, Milvus counts those that it was told; with another term it looks which of them are there.
                var request = new DeleteRequest { CollectionName = open.Collection.MilvusName, Expr = ExpressionWriter.All(condition(writer), ExpressionWriter.Any) };
                request.ExprTemplateValues.Add(writer.Values);
                await open.Deleting.WaitAsync(cancellation);
                try
                {
                    var result = await _client.InvokeAsync("Delete", (milvus, call) => milvus.DeleteAsync(request, call), cancellation);
                    // The answer's own stamp is of the look at what is there, older than the delete itself (seen on 2.3.5).
                    open.Clock.Written(await _client.NowAsync(cancellation));
                    return (int)result.DeleteCnt;
                }
                finally
                {
                    open.Deleting.Release();
                }
            },
            cancellation);

    private async Task<long> CountAsync(OpenCollection open, Filter? filter, CancellationToken cancellation)
    {
        var answer = await QueryAsync(open, writer => filter is null ? "" : writer.Where(filter), [CountField], limit: null, cancellation);
        return answer.FieldsData[0].Scalars.LongData.Data[0];
    }

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
                throw new DelgException(StatusCode.Internal, ErrorReason.StoreUnsuitable, $"Milvus {_version?.Text} does not answer in the order of keys.");
        }

        return entries;
    }

    private async Task<QueryResults> QueryAsync(
        OpenCollection open, Func<ExpressionWriter, string> condition, IEnumerable<string> fields, int? limit, CancellationToken cancellation)
    {
        var writer = await WriterAsync(open, cancellation);
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
        return await _client.InvokeAsync("Query", (milvus, call) => milvus.QueryAsync(request, call), cancellation);
    }

    private async Task<IEnumerable<NeighborList>> SearchAsync(
        OpenCollection open, NeighborSearch search, IReadOnlyList<float[]> queries, CancellationToken cancellation)
    {
        var writer = await WriterAsync(open, cancellation);
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
                new Wire.KeyValuePair { Key = VectorIndex.ParametersKey, Value = VectorIndex.ToSearch(open.IndexType, search.TopK, _options) },
            },
            Nq = queries.Count,
            ConsistencyLevel = level,
            GuaranteeTimestamp = timestamp,
        };
        request.ExprTemplateValues.Add(writer.Values);
        var answer = await _client.InvokeAsync("Search", (milvus, call) => milvus.SearchAsync(request, call), cancellation);
        return EntryColumns.ReadNeighbors(answer.Results ?? new SearchResultData(), queries.Count, search.MinSimilarity);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Milvus {Version} answers at {Address}")]
    private partial void LogAnswers(string address, string version);
}
