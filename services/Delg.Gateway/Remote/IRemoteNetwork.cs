using System.Net;

namespace Delg.Gateway.Remote;

/// <summary>The way out: names and connections.</summary>
internal interface IRemoteNetwork
{
    /// <summary>All addresses of a host; an address in words is its own.</summary>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation);

    /// <summary>Connects to one of the addresses.</summary>
    public Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellation);
}
