using System.Net;
using System.Net.Sockets;

namespace Delg.Gateway.Remote;

/// <summary>
/// Tells addresses of the public internet from all others: private, shared, loopback, link-local (where clouds keep their metadata),
/// documentation, benchmarks, multicast, reserved (IANA's special-purpose registries), and IPv4 hidden inside IPv6.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] _closedV4 =
    [
        .. Networks(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Azure's metadata and DNS: a public address that is only reached from inside.
            "168.63.129.16/32"),
    ];

    // Everything else of IPv6 is special: loopback, unique local, link-local, multicast, and what nobody has been given yet.
    private static readonly IPNetwork _globalUnicast = IPNetwork.Parse("2000::/3");

    // Protocol assignments (Teredo among them), documentation.
    private static readonly IPNetwork[] _closedV6 = [.. Networks("2001::/23", "2001:db8::/32", "3fff::/20")];

    private static readonly IPNetwork _translated = IPNetwork.Parse("64:ff9b::/96");

    private static readonly IPNetwork _sixToFour = IPNetwork.Parse("2002::/16");

    public static bool Is(IPAddress address)
    {
        if (InnerV4(address) is { } inner)
            return !Array.Exists(_closedV4, network => network.Contains(inner));
        return _globalUnicast.Contains(address) && !Array.Exists(_closedV6, network => network.Contains(address));
    }

    /// <summary>The IPv4 address that packets end up at; null when there is none.</summary>
    private static IPAddress? InnerV4(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return _translated.Contains(address) ? new IPAddress(bytes.AsSpan(12)) : _sixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4)) : null;
    }

    private static IEnumerable<IPNetwork> Networks(params string[] networks) => networks.Select(IPNetwork.Parse);
}
