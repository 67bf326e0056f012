namespace Delg.Gateway.Backends;

/// <summary>How the gateway's calls to the services are encrypted: keys of the section <see cref="Section"/>. All files are PEM.</summary>
public sealed class BackendTlsOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = $"{GatewayHosting.Section}:BackendTls";

    /// <summary>Certificates of the authorities that the services' certificates must come from. Empty: the machine's own.</summary>
    public string AuthorityFile { get; set; } = "";

    /// <summary>What the gateway shows to services that ask for a certificate. Empty: nothing.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The certificate's private key, not encrypted.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Whether any is set. Then addresses of the form <c>dns:///name:port</c>, which do not say, are called with TLS too.</summary>
    internal bool IsOn => AuthorityFile.Length > 0 || CertificateFile.Length > 0;
}
