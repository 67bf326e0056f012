using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Stores.Redis;
using Delg.ServiceDefaults.Tests;

namespace Delg.LocalVerifier.Tests.Stores.Redis;

public sealed class RedisTlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EachCall_OverTls_NeedsTheServersAuthority()
    {
        RedisServer.Require();
        WriteCertificates();
        var port = FreePort.Take();
        using var server = await RedisServer.StartAsync(
            "--tls-port", $"{port}", "--tls-cert-file", PathOf("server.crt"), "--tls-key-file", PathOf("server.key"),
            "--tls-ca-cert-file", PathOf("authority.crt"), "--tls-auth-clients", "no");
        var options = new RedisStoreOptions { Connection = $"127.0.0.1:{port}", Tls = true, TlsAuthorityFile = PathOf("authority.crt") };
        await using (var store = RedisStores.Open(options))
        {
            await store.PutAsync("c", "a", new byte[] { 1 }, Cancellation);
            using var values = await store.GetAsync("c", ["a"], Cancellation);
            Assert.Equal([1], values[0]!.Value.ToArray());
        }

        options.TlsAuthorityFile = "";
        options.ConnectTimeoutSeconds = 3;
        await using var distrustful = RedisStores.Open(options);
        var failure = await Assert.ThrowsAsync<DelgException>(() => distrustful.ProbeAsync(Cancellation));
        Assert.Equal(ErrorReason.StoreAccessDenied, failure.Reason);
    }

    private string PathOf(string file) => Path.Combine(_folder.Path, file);

    private void WriteCertificates()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=redis", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, to, [1, 2, 3, 4]);
        File.WriteAllText(PathOf("authority.crt"), authority.ExportCertificatePem());
        File.WriteAllText(PathOf("server.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
