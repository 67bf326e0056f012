using System.Net;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Delg.LocalVerifier.Tests.Service;

/// <summary>The whole service in this process, on a free loopback port: deadlines and resets are those of real HTTP/2.</summary>
internal sealed class VerifierHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private GrpcChannel _channel = null!;
    private int _begun;
    private int _ended;

    private VerifierHost(WebApplication app) => _app = app;

    /// <summary>Calls whose work has begun.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Calls whose work has ended, one way or another.</summary>
    public int Ended => Volatile.Read(ref _ended);

    private void Connect()
    {
        var address = _app.Urls.First();
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        Http = new HttpClient
        {
            BaseAddress = new Uri(address),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Client = new LocalVerifierService.LocalVerifierServiceClient(_channel);
    }

    public LocalVerifierService.LocalVerifierServiceClient Client { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    /// <param name="dataFolder">The data folder.</param>
    /// <param name="options">Further options, e.g. <c>LocalVerifier:StorageEncoding=Float32</c>.</param>
    public static async Task<VerifierHost> StartAsync(string dataFolder, params string[] options)
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddServiceDefaults(LocalVerifierHosting.Section, LocalVerifierHosting.DefaultPort);
        builder.AddLocalVerifier();
        var values = options.Append($"{DataFolder.Key}={dataFolder}").Append($"{LocalVerifierHosting.Section}:{nameof(ServiceListenOptions.Listen)}=http://127.0.0.1:0").Select(option => option.Split('=', 2));
        builder.Configuration.AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var host = new VerifierHost(app);
        app.Use(host.CountAsync);
        app.MapServiceDefaults();
        app.MapLocalVerifier();
        await app.StartAsync();
        host.Connect();
        return host;
    }

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref _begun);
        try
        {
            await next(context);
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
