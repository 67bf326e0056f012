using System.Net;
using Microsoft.AspNetCore.Http;

namespace Delg.ServiceDefaults.Hosting;

/// <summary>Tells what only this machine can reach.</summary>
public static class Loopback
{
    /// <summary>Whether an address to listen on (<c>http://host:port</c>) is this machine's own only; <c>*</c> is not.</summary>
    public static bool IsAddress(string listen) => IsHost(BindingAddress.Parse(listen).Host);

    /// <summary>Whether a host, by name or as an IP address with or without brackets, always means the machine itself.</summary>
    public static bool IsHost(string host)
    {
        var bare = host.Trim('[', ']');
        return bare.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(bare, out var ip) && IPAddress.IsLoopback(ip));
    }
}
