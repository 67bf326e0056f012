using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Delg.LocalVerifier.Tests.Service;

/// <summary>The whole service in this process, without a socket.</summary>
internal sealed class VerifierHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private VerifierHost(WebApplication app)
    {
        _app = app;
        var server = app.GetTestServer();
        _channel = GrpcChannel.ForAddress(server.BaseAddress, new GrpcChannelOptions { HttpHandler = server.CreateHandler(), MaxReceiveMessageSize = null });
        Client = new LocalVerifierService.LocalVerifierServiceClient(_channel);
    }

    public LocalVerifierService.LocalVerifierServiceClient Client { get; }

    public HttpClient Http => _app.GetTestClient();

    /// <param name="dataFolder">The data folder.</param>
    /// <param name="options">Further options, e.g. <c>LocalVerifier:StorageEncoding=Float32</c>.</param>
    public static async Task<VerifierHost> StartAsync(string dataFolder, params string[] options)
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddServiceDefaults(LocalVerifierHosting.Section, LocalVerifierHosting.DefaultPort);
        builder.AddLocalVerifier();
        var values = options.Append($"{DataFolder.Key}={dataFolder}").Select(option => option.Split('=', 2));
        builder.Configuration.AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapLocalVerifier();
        await app.StartAsync();
        return new VerifierHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
