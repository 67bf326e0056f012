using System.Net.Http.Headers;
using Delg.Gateway.Remote;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>A gateway on free loopback ports in front of fake services.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayHost(FakeBackends backends, WebApplication app)
    {
        Backends = backends;
        _app = app;
        Channel = GrpcChannel.ForAddress(LoopbackHost.AddressesOf(app)[0]);
        Client = new ImageSearchService.ImageSearchServiceClient(Channel);
    }

    public FakeBackends Backends { get; }

    public GrpcChannel Channel { get; }

    public ImageSearchService.ImageSearchServiceClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public string HttpAddress => LoopbackHost.AddressesOf(_app)[1];

    /// <summary>A client that brings a key or token with every call.</summary>
    public ImageSearchService.ImageSearchServiceClient ClientWith(string key) => new(InvokerWith(key));

    /// <summary>What makes the calls of such a client.</summary>
    public CallInvoker InvokerWith(string key) => Channel.Intercept(headers =>
    {
        headers.Add("authorization", $"Bearer {key}");
        return headers;
    });

    /// <summary>A client of the HTTP address that brings a key or token with every request.</summary>
    public HttpClient NewHttpClient(string key)
    {
        var client = NewHttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>A client of the HTTP address.</summary>
    public HttpClient NewHttpClient() => new() { BaseAddress = new Uri(HttpAddress) };

    /// <param name="settings">Keys of the section <c>Gateway</c>.</param>
    public static Task<GatewayHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync(_ => { }, settings);

    /// <param name="internet">Where images come from that are given by their address.</param>
    /// <param name="settings">Keys of the section <c>Gateway</c>.</param>
    public static Task<GatewayHost> StartAsync(IRemoteNetwork internet, params (string Key, string Value)[] settings) =>
        StartAsync(services => services.AddSingleton(internet), settings);

    /// <param name="replace">Registrations that take the place of the gateway's own.</param>
    /// <param name="settings">Keys of the section <c>Gateway</c>.</param>
    public static async Task<GatewayHost> StartAsync(Action<IServiceCollection> replace, params (string Key, string Value)[] settings)
    {
        var backends = await FakeBackends.StartAsync();
        var builder = LoopbackHost.NewBuilder();
        builder.AddServiceDefaults(GatewayHosting.Section, 0, 0);
        builder.AddGateway();
        replace(builder.Services);
        builder.Configuration.AddInMemoryCollection(
        [
            new("Gateway:Listen", "http://127.0.0.1:0"),
            new("Gateway:HttpListen", "http://127.0.0.1:0"),
            new("Gateway:Extractor", backends.Address),
            new("Gateway:GlobalIndex", backends.Address),
            new("Gateway:LocalVerifier", backends.Address),
        ]);
        builder.Configuration.AddInMemoryCollection(
        [
            .. settings.Select(s => new KeyValuePair<string, string?>($"Gateway:{s.Key}", s.Value)),
        ]);
        WebApplication? app = null;
        try
        {
            app = builder.Build();
            app.MapServiceDefaults();
            app.MapGateway();
            await app.StartAsync();
            return new GatewayHost(backends, app);
        }
        catch
        {
            if (app is not null)
                await app.DisposeAsync();
            await backends.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
        await Backends.DisposeAsync();
    }
}
