namespace Delg.ServiceDefaults.Tls;

/// <summary>With what a service answers on <c>https</c> addresses: the keys <c>Tls__…</c> of its own configuration section. All files are PEM.</summary>
public sealed class ServiceTlsOptions
{
    /// <summary>Its certificate, and those between it and its authority. Empty: the one of <c>Kestrel:Certificates:Default</c>.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>The certificate's private key, not encrypted.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Certificates of the authorities that clients' certificates must come from. Empty: clients need none.</summary>
    public string ClientAuthorityFile { get; set; } = "";
}
