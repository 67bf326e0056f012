using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Delg.ServiceDefaults.Tls;

/// <summary>Makes an endpoint encrypt, with the files of <see cref="ServiceTlsOptions"/>.</summary>
internal static class ServerTls
{
    // id-kp-clientAuth
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>For several endpoints of one service.</summary>
    public static Action<ListenOptions> Of(ServiceTlsOptions options)
    {
        if (options.CertificateFile.Length == 0)
            return listen => listen.UseHttps();
        var identity = new CertificateIdentity(options.CertificateFile, options.KeyFile);
        var clients = options.ClientAuthorityFile.Length > 0 ? CertificateFiles.Authorities(options.ClientAuthorityFile) : null;
        return listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Handshake(identity, clients)) });
    }

    private static SslServerAuthenticationOptions Handshake(CertificateIdentity identity, X509Certificate2Collection? clients)
    {
        var handshake = new SslServerAuthenticationOptions { ServerCertificateContext = identity.Current };
        if (clients is not null)
        {
            handshake.ClientCertificateRequired = true;
            handshake.CertificateChainPolicy = Trusting(clients);
            handshake.CertificateChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
            // Names are the authority's matter: whoever has a certificate of it is let in.
            handshake.RemoteCertificateValidationCallback = (_, shown, _, errors) => shown is not null && errors == SslPolicyErrors.None;
        }

        return handshake;
    }

    /// <summary>Trusts these authorities and no others. Private ones publish no lists of what they have revoked.</summary>
    internal static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
