using System.Collections.Concurrent;
using Delg.Contracts.Errors;
using Delg.GlobalIndex.Milvus.Wire;
using Grpc.Core;

namespace Delg.GlobalIndex.Milvus;

/// <summary>
/// Sees to it that a collection has its index and is in Milvus's memory before it is used; once for each collection. What a service that ended
/// too early left undone is done here, too.
/// </summary>
internal sealed partial class CollectionOpening(MilvusClient client, MilvusOptions options, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<long, Task<OpenCollection>> _opened = [];
    private readonly CancellationTokenSource _stopping = new();

    public async Task<OpenCollection> OpenAsync(MilvusCollection collection, CancellationToken cancellation)
    {
        // The work is shared by all who wait for the collection: none of them may end it.
        var opening = _opened.GetOrAdd(collection.Id, _ => Task.Run(() => OpenAsync(collection), CancellationToken.None));
        try
        {
            return await opening.WaitAsync(cancellation);
        }
        catch when (opening.IsFaulted || opening.IsCanceled)
        {
            _opened.TryRemove(new KeyValuePair<long, Task<OpenCollection>>(collection.Id, opening));
            throw;
        }
    }

    /// <summary>The collection is gone, or not in memory any more: the next use looks again.</summary>
    public void Forget(MilvusCollection collection) => _opened.TryRemove(collection.Id, out _);

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task<OpenCollection> OpenAsync(MilvusCollection collection)
    {
        var stop = _stopping.Token;
        var indexType = await IndexTypeAsync(collection.MilvusName, stop);
        if (indexType is null)
        {
            var request = new CreateIndexRequest
            {
                CollectionName = collection.MilvusName,
                FieldName = EntrySchema.Vector,
                ExtraParams = { VectorIndex.ToCreate(options) },
            };
            await client.InvokeAsync("CreateIndex", (milvus, call) => milvus.CreateIndexAsync(request, call), stop);
            indexType = await IndexTypeAsync(collection.MilvusName, stop) ?? "";
        }

        await LoadAsync(collection, stop);
        return new OpenCollection(collection, indexType, new SessionClock(options.Consistency, await client.NowAsync(stop)));
    }

    /// <summary>Null: the vectors have no index yet.</summary>
    private async Task<string?> IndexTypeAsync(string milvusName, CancellationToken stop)
    {
        var request = new DescribeIndexRequest { CollectionName = milvusName, FieldName = EntrySchema.Vector };
        try
        {
            var described = await client.InvokeAsync("DescribeIndex", (milvus, call) => milvus.DescribeIndexAsync(request, call), stop);
            return described.IndexDescriptions.FirstOrDefault(index => index.FieldName == EntrySchema.Vector)?
                .Params.FirstOrDefault(pair => pair.Key == VectorIndex.TypeKey)?.Value;
        }
        catch (MilvusException missing) when (missing.MilvusCode == MilvusCode.IndexNotFound)
        {
            return null;
        }
    }

    private async Task LoadAsync(MilvusCollection collection, CancellationToken stop)
    {
        var start = clock.GetTimestamp();
        var told = 0L;
        for (var asked = false; ; asked = true)
        {
            var state = await client.InvokeAsync(
                "GetLoadState", (milvus, call) => milvus.GetLoadStateAsync(new GetLoadStateRequest { CollectionName = collection.MilvusName }, call), stop);
            if (state.State == LoadState.Loaded)
                return;
            if (state.State == LoadState.NotExistUnspecified)
                throw DelgException.CollectionNotFound(collection.Record.Name);
            if (!asked)
            {
                var request = new LoadCollectionRequest { CollectionName = collection.MilvusName, ReplicaNumber = options.Replicas };
                await client.InvokeAsync("LoadCollection", (milvus, call) => milvus.LoadCollectionAsync(request, call), stop);
            }

            if (clock.GetElapsedTime(start) > TimeSpan.FromSeconds(options.LoadTimeoutSeconds))
                throw LoadTooSlow(collection.Record.Name);
            await Task.Delay(TimeSpan.FromSeconds(options.PollSeconds), clock, stop);
            told = await TellProgressAsync(collection, told, stop);
        }
    }

    private async Task<long> TellProgressAsync(MilvusCollection collection, long told, CancellationToken stop)
    {
        var request = new GetLoadingProgressRequest { CollectionName = collection.MilvusName };
        var progress = await client.InvokeAsync("GetLoadingProgress", (milvus, call) => milvus.GetLoadingProgressAsync(request, call), stop);
        if (progress.Progress > told && progress.Progress < 100)
            LogLoading(collection.Record.Name, progress.Progress);
        return progress.Progress;
    }

    private DelgException LoadTooSlow(string name) => new(
        StatusCode.Unavailable, ErrorReason.DependencyUnavailable,
        $"Collection '{name}' was not in Milvus's memory after {options.LoadTimeoutSeconds} s.");

    [LoggerMessage(Level = LogLevel.Information, Message = "Milvus loads collection {Collection}: {Percent} %")]
    private partial void LogLoading(string collection, long percent);
}
