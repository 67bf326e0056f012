using System.Net.Security;

namespace Delg.ServiceDefaults.Tls;

/// <summary>How calls to other services are encrypted.</summary>
public static class ClientTls
{
    /// <summary>Trusts the authorities of a file, and shows a certificate when asked for one.</summary>
    /// <param name="authorityFile">PEM; empty: the machine's own authorities.</param>
    /// <param name="certificateFile">PEM; empty: none is shown.</param>
    /// <param name="keyFile">PEM; goes with the certificate.</param>
    /// <exception cref="CertificateFileException">A file is of no use.</exception>
    public static SslClientAuthenticationOptions Of(string authorityFile, string certificateFile, string keyFile)
    {
        ArgumentNullException.ThrowIfNull(authorityFile);
        ArgumentNullException.ThrowIfNull(certificateFile);
        var options = new SslClientAuthenticationOptions();
        if (authorityFile.Length > 0)
            options.CertificateChainPolicy = ServerTls.Trusting(CertificateFiles.Authorities(authorityFile));
        if (certificateFile.Length > 0)
        {
            var identity = new CertificateIdentity(certificateFile, keyFile);
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate;
        }

        return options;
    }
}
