using System.Net.Security;

namespace Delg.Cli.Connection;

/// <summary>How a gateway is called.</summary>
/// <param name="Key">API key; null: none.</param>
/// <param name="Tls">Whom to trust and what to show at an https address; null: as the machine trusts, nothing.</param>
internal sealed record GatewayAccess(string? Key = null, SslClientAuthenticationOptions? Tls = null);
