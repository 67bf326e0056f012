using System.ComponentModel.DataAnnotations;

namespace Delg.Gateway.Access.Rates;

/// <summary>How often callers may call: keys of the section <see cref="GatewayHosting.Section"/>, variables <c>DELG_Gateway__…</c>.</summary>
public sealed class RateOptions
{
    /// <summary>Requests a second that a key or token may make, over time; a key's own limit goes before it. Default 0: any number.</summary>
    [Range(0.0, 1_000_000.0)]
    public double RequestsPerSecondPerKey { get; set; }

    /// <summary>Requests that a key or token may make at once, after a rest. Default 20.</summary>
    [Range(1, 1_000_000)]
    public int BurstPerKey { get; set; } = 20;

    /// <summary>
    /// Requests a second of one network address (IPv6: of all addresses of a /64), over time, where callers bring no key. Default 0: any number. Behind a
    /// proxy all callers have the proxy's address.
    /// </summary>
    [Range(0.0, 1_000_000.0)]
    public double RequestsPerSecondPerAddress { get; set; }

    /// <summary>Requests that a network address may make at once, after a rest. Default 20.</summary>
    [Range(1, 1_000_000)]
    public int BurstPerAddress { get; set; } = 20;

    /// <summary>Callers counted at a time; of more, those are forgotten that could make all their requests at once soonest. Default 10000.</summary>
    [Range(1, 10_000_000)]
    public int MaxCountedCallers { get; set; } = 10_000;
}
