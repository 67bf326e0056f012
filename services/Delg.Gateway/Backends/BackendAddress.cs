namespace Delg.Gateway.Backends;

/// <summary>Where a service is.</summary>
internal static class BackendAddress
{
    /// <summary>A name with one address a replica, over which calls are spread.</summary>
    public const string DnsScheme = "dns";

    /// <summary>One of http://host:port, https://host:port, dns:///host:port.</summary>
    public static bool IsValid(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            return false;
        return uri.Scheme switch
        {
            "http" or "https" => uri.Host.Length > 0 && uri.PathAndQuery == "/",
            DnsScheme => uri.Host.Length == 0 && HostAndPort(uri) is [{ Length: > 0 }, var port] && ushort.TryParse(port, out _),
            _ => false,
        };
    }

    /// <summary>Whether the address is a name to be resolved into several.</summary>
    public static bool IsDns(Uri address) => address.Scheme == DnsScheme;

    /// <summary>The address in the form that proxies know.</summary>
    /// <param name="address">Where.</param>
    /// <param name="isEncrypted">What a name with one address a replica does not say.</param>
    public static Uri AsHttp(Uri address, bool isEncrypted) =>
        IsDns(address) ? new Uri($"{(isEncrypted ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{address.AbsolutePath.TrimStart('/')}") : address;

    /// <summary>
    /// The address that Tye hands a service through <c>SERVICE__NAME__HOST</c>, <c>__PORT</c> and <c>__PROTOCOL</c>, or the same behind
    /// <c>SERVICE__NAME__GRPC</c> when the binding has that name; null when it does not.
    /// </summary>
    public static string? FromTye(IConfiguration configuration, string service)
    {
        var section = configuration.GetSection($"SERVICE:{service}");
        return FromBinding(section.GetSection("GRPC")) ?? FromBinding(section);
    }

    private static string? FromBinding(IConfigurationSection binding) =>
        binding["HOST"] is { Length: > 0 } host && binding["PORT"] is { Length: > 0 } port ? $"{binding["PROTOCOL"] ?? "http"}://{host}:{port}" : null;

    private static string[] HostAndPort(Uri address) => address.AbsolutePath.TrimStart('/').Split(':');
}
