using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Delg.Gateway.Remote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>An internet of one web server, behind whatever addresses the test gives to names.</summary>
internal sealed class FakeInternet : IRemoteNetwork, IAsyncDisposable
{
    private readonly WebApplication _server;

    private FakeInternet(RequestDelegate serve)
    {
        var builder = LoopbackHost.NewBuilder();
        builder.Services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(serve);
    }

    /// <summary>Addresses by name; names that are missing do not exist, addresses in words are their own.</summary>
    public Dictionary<string, string[]> Names { get; } = new() { ["public.example"] = ["93.184.216.34"] };

    /// <summary>Addresses that were connected to.</summary>
    public ConcurrentQueue<IPAddress> Connected { get; } = new();

    public static async Task<FakeInternet> StartAsync(RequestDelegate serve)
    {
        var internet = new FakeInternet(serve);
        await internet._server.StartAsync();
        return internet;
    }

    /// <summary>What fetches images from it.</summary>
    public RemoteImages NewRemoteImages(Action<GatewayOptions>? change = null)
    {
        var options = new GatewayOptions { UrlIngest = true };
        change?.Invoke(options);
        return new RemoteImages(this, Options.Create(options));
    }

    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) =>
        Names.TryGetValue(host, out var addresses) ? Task.FromResult(Array.ConvertAll(addresses, IPAddress.Parse))
        : IPAddress.TryParse(host, out var address) ? Task.FromResult<IPAddress[]>([address])
        : throw new SocketException((int)SocketError.HostNotFound);

    public async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        foreach (var address in addresses)
            Connected.Enqueue(address);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(LoopbackHost.AddressesOf(_server)[0]).Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}
