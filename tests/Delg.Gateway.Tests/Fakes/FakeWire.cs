using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>The way to a server, until it is cut: then every connection is reset and no new one is taken, as when a machine dies.</summary>
internal sealed class FakeWire : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _ends = [];
    private readonly Uri _server;

    public FakeWire(string server)
    {
        _server = new Uri(server);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public void Cut()
    {
        _listener.Stop();
        foreach (var end in _ends)
        {
            // A reset, not an orderly end.
            end.LingerState = new LingerOption(true, 0);
            end.Close();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var end in _ends)
            end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                _ends.Add(client);
                _ends.Add(server);
                await server.ConnectAsync(_server.Host, _server.Port);
                _ = CopyAsync(client, server);
                _ = CopyAsync(server, client);
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // Nobody else comes through.
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception cut) when (cut is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Both ends learn it from their own sockets.
        }
    }
}
