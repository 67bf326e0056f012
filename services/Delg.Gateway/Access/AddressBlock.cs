using System.Net;
using System.Net.Sockets;

namespace Delg.Gateway.Access;

/// <summary>What stands for a caller of whom only the network address is known.</summary>
internal static class AddressBlock
{
    // The shortest prefix that a network of one's own has: whoever has it may use each of its 2^64 addresses.
    private const int PrefixBytes = 8;

    /// <summary>
    /// An IPv4 address as it is, also where it came as an IPv6 one; of an IPv6 address the /64 that it is in, such as <c>2001:db8:1:2::/64</c>; nothing where there is
    /// none.
    /// </summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(PrefixBytes).Clear();
        return $"{new IPAddress(bytes)}/{8 * PrefixBytes}";
    }
}
