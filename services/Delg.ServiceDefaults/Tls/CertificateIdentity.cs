using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Delg.ServiceDefaults.Tls;

/// <summary>
/// What one side of a connection shows: a certificate with its private key. The files are looked at again every few seconds in which somebody connects, so
/// that a renewed certificate is shown without a restart; while they are not right, the one of before is.
/// </summary>
public sealed class CertificateIdentity
{
    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly TimeProvider _time;
    private readonly Lock _turn = new();
    private (byte[] Certificate, byte[] Key) _contents;
    private SslStreamCertificateContext _context;
    private long _lookedAt;

    /// <exception cref="CertificateFileException">A file cannot be read, or the key is another certificate's.</exception>
    public CertificateIdentity(string certificateFile, string keyFile, TimeProvider? time = null)
    {
        (_certificateFile, _keyFile) = (certificateFile, keyFile);
        _time = time ?? TimeProvider.System;
        _context = Load();
        _contents = Contents();
        _lookedAt = _time.GetTimestamp();
    }

    /// <summary>A renewed certificate is shown within this time.</summary>
    public static TimeSpan Refresh { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The certificate itself.</summary>
    public X509Certificate2 Certificate => Current.TargetCertificate;

    /// <summary>The certificate with those between it and its authority.</summary>
    internal SslStreamCertificateContext Current
    {
        get
        {
            lock (_turn)
            {
                if (_time.GetElapsedTime(_lookedAt) >= Refresh)
                    LookAgain();
                return _context;
            }
        }
    }

    private void LookAgain()
    {
        _lookedAt = _time.GetTimestamp();
        try
        {
            var contents = Contents();
            if (contents.Certificate.AsSpan().SequenceEqual(_contents.Certificate) && contents.Key.AsSpan().SequenceEqual(_contents.Key))
                return;
            _context = Load();
            _contents = contents;
        }
        catch (Exception failure) when (failure is CertificateFileException or IOException or UnauthorizedAccessException)
        {
            // Files that are being replaced do not fit together for a moment; those that stay so are seen when the certificate of before expires.
        }
    }

    private (byte[] Certificate, byte[] Key) Contents() => (File.ReadAllBytes(_certificateFile), File.ReadAllBytes(_keyFile));

    private SslStreamCertificateContext Load()
    {
        var (certificate, between) = CertificateFiles.Identity(_certificateFile, _keyFile);
        return SslStreamCertificateContext.Create(certificate, between, offline: true);
    }
}
