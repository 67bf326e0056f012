using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Delg.ServiceDefaults.Tls;

/// <summary>Reads certificates and private keys from PEM files, as Kubernetes' secrets and most authorities have them.</summary>
public static class CertificateFiles
{
    /// <summary>The certificates of a file: of an authority, or of several.</summary>
    /// <exception cref="CertificateFileException">It cannot be read, or has none.</exception>
    public static X509Certificate2Collection Authorities(string path)
    {
        var certificates = new X509Certificate2Collection();
        Reading(path, () => certificates.ImportFromPemFile(path));
        return certificates.Count > 0 ? certificates : throw new CertificateFileException($"'{path}' has no certificate.");
    }

    /// <summary>A certificate with its private key, and the ones between it and its authority.</summary>
    /// <param name="certificateFile">The certificate, then those between.</param>
    /// <param name="keyFile">Its private key, not encrypted.</param>
    /// <exception cref="CertificateFileException">One cannot be read, or the key is another certificate's.</exception>
    internal static (X509Certificate2 Certificate, X509Certificate2Collection Between) Identity(string certificateFile, string keyFile)
    {
        var chain = Authorities(certificateFile);
        chain.RemoveAt(0);
        return (Reading($"{certificateFile}' with '{keyFile}", () => WithKey(certificateFile, keyFile)), chain);
    }

    private static X509Certificate2 WithKey(string certificateFile, string keyFile)
    {
        var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        if (!OperatingSystem.IsWindows())
            return certificate;
        // Windows' TLS takes no key that is only in memory.
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    private static void Reading(string path, Action read) => Reading(path, () =>
    {
        read();
        return true;
    });

    private static T Reading<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CertificateFileException($"'{what}' cannot be read: {failure.Message}", failure);
        }
    }
}
