using System.Collections.Concurrent;
using System.Net;
using Delg.GlobalIndex.Milvus;
using Delg.GlobalIndex.Milvus.Wire;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MilvusStatus = Delg.GlobalIndex.Milvus.Wire.Status;

namespace Delg.GlobalIndex.Tests.Milvus;

/// <summary>
/// A server in this process that speaks our part of Milvus's protocol. It keeps what collections are and how far they are loaded, notes every
/// call, fails those it is told to, and answers reads with what a test gives it: it understands no expressions.
/// </summary>
internal sealed class FakeMilvus : MilvusService.MilvusServiceBase, IAsyncDisposable
{
    public static MilvusStatus Ok { get; } = new();

    private readonly ConcurrentQueue<FakeCall> _calls = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<ServerCallContext, Task>>> _obstacles = new();
    private readonly ConcurrentDictionary<string, FakeCollection> _collections = new();
    private readonly int _port;
    private WebApplication? _app;
    private long _time = 1000;

    private FakeMilvus(string version, int port)
    {
        Version = version;
        _port = port;
    }

    public string Version { get; set; }

    public string Address { get; private set; } = "";

    /// <summary>Answers the questions for progress that a load takes.</summary>
    public int LoadSteps { get; set; }

    /// <summary>Whether the server says that it can work.</summary>
    public bool IsHealthy { get; set; } = true;

    public Func<QueryRequest, QueryResults> OnQuery { get; set; } = _ => new QueryResults();

    public Func<SearchRequest, SearchResults> OnSearch { get; set; } = _ => new SearchResults();

    public Func<DeleteRequest, MutationResult> OnDelete { get; set; } = _ => new MutationResult();

    /// <summary>All calls so far.</summary>
    public IReadOnlyList<FakeCall> Calls => [.. _calls];

    public IEnumerable<string> Rpcs => _calls.Select(call => call.Rpc);

    public static async Task<FakeMilvus> StartAsync(string version = "v2.3.5", int port = 0)
    {
        var fake = new FakeMilvus(version, port);
        await fake.StartAgainAsync();
        return fake;
    }

    public IReadOnlyList<T> Requests<T>()
        where T : IMessage => [.. _calls.Select(call => call.Request).OfType<T>()];

    /// <summary>The next calls of a method end with a status of Milvus's.</summary>
    public void Fail(string rpc, int times, int code, string reason = "", bool retriable = false) =>
        Obstruct(rpc, times, _ => throw new FakeFailure(new MilvusStatus { Code = code, Reason = reason, Retriable = retriable }));

    /// <summary>The next calls of a method end with a status of gRPC's.</summary>
    public void Break(string rpc, int times, StatusCode code, string detail = "") =>
        Obstruct(rpc, times, _ => throw new RpcException(new Grpc.Core.Status(code, detail)));

    /// <summary>The next call of a method is not answered before its caller gives up.</summary>
    public void Hang(string rpc) => Obstruct(rpc, 1, context => Task.Delay(Timeout.Infinite, context.CancellationToken));

    /// <summary>A collection that somebody else made.</summary>
    public void Add(CollectionSchema schema) => _collections[schema.Name] = new FakeCollection(Interlocked.Increment(ref _time), schema);

    /// <summary>What is known of a collection, by its name in Milvus.</summary>
    public FakeCollection Collection(string milvusName) => _collections[milvusName];

    public bool HasCollection(string milvusName) => _collections.ContainsKey(milvusName);

    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, Address.Length > 0 ? new Uri(Address).Port : _port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 64 << 20);
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.MapGrpcService<FakeMilvus>();
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public async Task StopAsync()
    {
        await _app!.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await StopAsync();
    }

    public override Task<GetVersionResponse> GetVersion(GetVersionRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => new GetVersionResponse { Status = status, Version = Version });

    public override Task<CheckHealthResponse> CheckHealth(CheckHealthRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => new CheckHealthResponse { Status = status, IsHealthy = IsHealthy, Reasons = { IsHealthy ? [] : ["a node is missing"] } });

    public override Task<AllocTimestampResponse> AllocTimestamp(AllocTimestampRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => new AllocTimestampResponse { Status = status, Timestamp = Tick() });

    public override Task<MilvusStatus> CreateCollection(CreateCollectionRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status =>
        {
            var schema = CollectionSchema.Parser.ParseFrom(request.Schema);
            var kept = _collections.GetOrAdd(request.CollectionName, _ => new FakeCollection((long)Tick(), schema));
            return kept.Schema.Equals(schema) ? status : new MilvusStatus { ErrorCode = 1, Code = MilvusCode.Unexpected, Reason = "create duplicate collection with different parameters" };
        });

    public override Task<MilvusStatus> DropCollection(DropCollectionRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status =>
        {
            _collections.TryRemove(request.CollectionName, out _);
            return status;
        });

    public override Task<DescribeCollectionResponse> DescribeCollection(DescribeCollectionRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => _collections.TryGetValue(request.CollectionName, out var collection)
            ? new DescribeCollectionResponse { Status = status, Schema = collection.Schema, CollectionId = collection.Id }
            : new DescribeCollectionResponse { Status = Missing(request.CollectionName) });

    public override Task<ShowCollectionsResponse> ShowCollections(ShowCollectionsRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => new ShowCollectionsResponse { Status = status, CollectionNames = { _collections.Keys } });

    public override Task<MilvusStatus> CreateIndex(CreateIndexRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status =>
        {
            _collections[request.CollectionName].Index = [.. request.ExtraParams];
            return status;
        });

    public override Task<DescribeIndexResponse> DescribeIndex(DescribeIndexRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => _collections.TryGetValue(request.CollectionName, out var collection) && collection.Index is not null
            ? new DescribeIndexResponse { Status = status, IndexDescriptions = { new IndexDescription { FieldName = request.FieldName, Params = { collection.Index } } } }
            : new DescribeIndexResponse { Status = new MilvusStatus { ErrorCode = 25, Code = MilvusCode.IndexNotFound, Reason = "index not found" } });

    public override Task<MilvusStatus> LoadCollection(LoadCollectionRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status =>
        {
            var collection = _collections[request.CollectionName];
            if (collection.Index is null)
                return new MilvusStatus { ErrorCode = 25, Code = MilvusCode.IndexNotFound, Reason = "index not found" };
            collection.StepsToLoad = LoadSteps;
            return status;
        });

    public override Task<GetLoadStateResponse> GetLoadState(GetLoadStateRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => new GetLoadStateResponse
        {
            Status = status,
            State = !_collections.TryGetValue(request.CollectionName, out var collection) ? LoadState.NotExistUnspecified
                : collection.StepsToLoad is null ? LoadState.NotLoad
                : collection.StepsToLoad > 0 ? LoadState.Loading
                : LoadState.Loaded,
        });

    public override Task<GetLoadingProgressResponse> GetLoadingProgress(GetLoadingProgressRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status =>
        {
            var collection = _collections[request.CollectionName];
            collection.StepsToLoad = Math.Max(0, (collection.StepsToLoad ?? 0) - 1);
            return new GetLoadingProgressResponse { Status = status, Progress = 100 - (100 * collection.StepsToLoad.Value / Math.Max(1, LoadSteps)) };
        });

    public override Task<MutationResult> Upsert(UpsertRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => _collections.ContainsKey(request.CollectionName)
            ? new MutationResult { Status = status, UpsertCnt = request.NumRows, Timestamp = Tick() }
            : new MutationResult { Status = Missing(request.CollectionName) });

    public override Task<MutationResult> Delete(DeleteRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => new MutationResult(OnDelete(request)) { Status = status, Timestamp = Tick() });

    public override Task<QueryResults> Query(QueryRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => new QueryResults(OnQuery(request)) { Status = status });

    public override Task<SearchResults> Search(SearchRequest request, ServerCallContext context) =>
        AnswerAsync(request, context, status => new SearchResults(OnSearch(request)) { Status = status });

    private static MilvusStatus Missing(string name) => new() { ErrorCode = 1, Code = MilvusCode.CollectionNotFound, Reason = $"can't find collection {name}" };

    private ulong Tick() => (ulong)Interlocked.Increment(ref _time);

    private void Obstruct(string rpc, int times, Func<ServerCallContext, Task> obstacle)
    {
        var queue = _obstacles.GetOrAdd(rpc, _ => new ConcurrentQueue<Func<ServerCallContext, Task>>());
        for (var i = 0; i < times; i++)
            queue.Enqueue(obstacle);
    }

    private async Task<TAnswer> AnswerAsync<TAnswer>(IMessage request, ServerCallContext context, Func<MilvusStatus, TAnswer> answer)
        where TAnswer : IMessage, IAnswer, new()
    {
        var rpc = context.Method[(context.Method.LastIndexOf('/') + 1)..];
        _calls.Enqueue(new FakeCall(rpc, request, context.RequestHeaders));
        try
        {
            if (_obstacles.TryGetValue(rpc, out var queue) && queue.TryDequeue(out var obstacle))
                await obstacle(context);
        }
        catch (FakeFailure failure)
        {
            return WithStatus(new TAnswer(), failure.Status);
        }

        return answer(Ok);
    }

    private static TAnswer WithStatus<TAnswer>(TAnswer answer, MilvusStatus status)
        where TAnswer : IMessage, IAnswer
    {
        if (answer is MilvusStatus bare)
            bare.MergeFrom(status);
        else
            answer.Descriptor.FindFieldByName("status").Accessor.SetValue(answer, status);
        return answer;
    }

    private sealed class FakeFailure(MilvusStatus status) : Exception
    {
        public MilvusStatus Status { get; } = status;
    }
}

/// <summary>A call that the fake server got.</summary>
internal sealed record FakeCall(string Rpc, IMessage Request, Grpc.Core.Metadata Headers);

/// <summary>A collection of the fake server.</summary>
internal sealed class FakeCollection(long id, CollectionSchema schema)
{
    public long Id { get; } = id;

    public CollectionSchema Schema { get; } = schema;

    /// <summary>Parameters of its index; null: none yet.</summary>
    public IReadOnlyList<Delg.GlobalIndex.Milvus.Wire.KeyValuePair>? Index { get; set; }

    /// <summary>Questions for progress until it is loaded; null: nobody asked to load it.</summary>
    public int? StepsToLoad { get; set; }
}
