using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Delg.GlobalIndex.Tests;

/// <summary>The whole service in this process, over an in-memory connection.</summary>
internal sealed class TestIndexService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private TestIndexService(WebApplication app)
    {
        _app = app;
        _channel = GrpcChannel.ForAddress("http://index", new GrpcChannelOptions
        {
            HttpHandler = app.GetTestServer().CreateHandler(),
            MaxReceiveMessageSize = null,
        });
        Client = new GlobalIndexService.GlobalIndexServiceClient(_channel);
    }

    public GlobalIndexService.GlobalIndexServiceClient Client { get; }

    public GrpcChannel Channel => _channel;

    public static async Task<TestIndexService> StartAsync(string dataFolder, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create(DataFolder.Key, (string?)dataFolder)]);
        builder.WebHost.UseTestServer();
        builder.AddServiceDefaults(GlobalIndexHosting.Section, GlobalIndexHosting.DefaultPort);
        builder.AddGlobalIndex();
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGlobalIndex();
        await app.StartAsync();
        return new TestIndexService(app);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
