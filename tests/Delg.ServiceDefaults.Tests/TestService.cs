using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Delg.ServiceDefaults.Tests;

/// <summary>A service with the defaults and one method that does what the test says.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly GrpcChannel? _channel;

    private TestService(WebApplication app, GrpcChannel? channel)
    {
        App = app;
        _channel = channel;
    }

    public WebApplication App { get; }

    public GrpcChannel Channel => _channel ?? throw new InvalidOperationException("This service listens on a real address.");

    public static WebApplicationBuilder NewBuilder(params IEnumerable<(string Key, string Value)> settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddServiceDefaults("Test", defaultPort: 0);
        return builder;
    }

    /// <summary>
    /// Starts on a real address, with the method. The in-memory connection shows its clients a call past its deadline as broken now and then, where a real one
    /// says what it is.
    /// </summary>
    public static async Task<TestService> ServeAsync(Func<ServerCallContext, Task> onCall, params IEnumerable<(string Key, string Value)> settings)
    {
        var builder = NewBuilder([("Test:Listen", "http://127.0.0.1:0"), .. settings]);
        builder.Services.AddSingleton(new ScriptedIndex(onCall));
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<ScriptedIndex>();
        app.MapGrpcService<EchoingStream>();
        await app.StartAsync();
        return new TestService(app, GrpcChannel.ForAddress(app.Urls.Single()));
    }

    /// <summary>Starts over an in-memory connection.</summary>
    public static async Task<TestService> StartAsync(
        Func<ServerCallContext, Task>? onCall = null, Action<WebApplicationBuilder>? add = null, params IEnumerable<(string Key, string Value)> settings)
    {
        var builder = NewBuilder(settings);
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(new ScriptedIndex(onCall ?? (_ => Task.CompletedTask)));
        add?.Invoke(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<ScriptedIndex>();
        await app.StartAsync();
        return new TestService(app, GrpcChannel.ForAddress("http://test", new GrpcChannelOptions { HttpHandler = app.GetTestServer().CreateHandler() }));
    }

    /// <summary>Starts on real addresses.</summary>
    public static async Task<TestService> ListenAsync(params IEnumerable<(string Key, string Value)> settings)
    {
        var app = NewBuilder(settings).Build();
        app.MapServiceDefaults();
        await app.StartAsync();
        return new TestService(app, channel: null);
    }

    public async Task CallAsync(CallOptions options = default) =>
        await new GlobalIndexService.GlobalIndexServiceClient(Channel).ListCollectionsAsync(new ListCollectionsRequest(), options);

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }

    private sealed class ScriptedIndex(Func<ServerCallContext, Task> onCall) : GlobalIndexService.GlobalIndexServiceBase
    {
        public override async Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context)
        {
            await onCall(context);
            return new ListCollectionsResponse();
        }
    }

    /// <summary>Answers each message of a stream as it comes.</summary>
    private sealed class EchoingStream : ImageSearchService.ImageSearchServiceBase
    {
        public override async Task IndexImages(
            IAsyncStreamReader<IndexImagesRequest> requestStream, IServerStreamWriter<IndexImagesResponse> responseStream, ServerCallContext context)
        {
            await foreach (var _ in requestStream.ReadAllAsync(context.CancellationToken))
                await responseStream.WriteAsync(new IndexImagesResponse(), context.CancellationToken);
        }
    }
}
