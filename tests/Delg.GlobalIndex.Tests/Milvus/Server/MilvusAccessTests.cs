using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Delg.Contracts.Errors;
using Delg.GlobalIndex.Milvus;
using Grpc.Core;

namespace Delg.GlobalIndex.Tests.Milvus.Server;

/// <summary>A real server that asks who calls, and speaks TLS.</summary>
[Trait(MilvusServer.Trait, MilvusServer.TraitValue)]
public sealed class MilvusAccessTests : IAsyncLifetime
{
    private readonly TemporaryFolder _certificates = new();
    private MilvusServer? _server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        WriteCertificates();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _certificates.Dispose();
    }

    [Fact]
    public async Task Server_WithUsersAndTls_LetsInWhoItKnowsAndIsKnownByItsAuthority()
    {
        _server = await MilvusServer.StartAsync("--auth", "--tls", PathOf("server.pem"), PathOf("server.key"), PathOf("ca.pem"));

        await using (var index = Open("root", "Milvus", PathOf("ca.pem")))
        {
            Assert.Null(await index.CheckAsync(Cancellation));
            var collection = await index.CreateAsync("photos", 2);
            await index.PutAsync(collection, ("a", [1, 0]));
            Assert.Equal(["a"], await index.NearestAsync(collection, [1, 0]));
        }

        await using (var index = Open("root", "wrong", PathOf("ca.pem")))
        {
            var failure = await Assert.ThrowsAsync<MilvusException>(() => index.ListCollectionsAsync(Cancellation));
            Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.StoreAccessDenied), (failure.Code, failure.Reason));
            Assert.Contains("password", await index.CheckAsync(Cancellation), StringComparison.Ordinal);
        }

        await using (var index = Open("root", "Milvus", PathOf("stranger.pem")))
            Assert.Contains(_server.Address, await index.CheckAsync(Cancellation), StringComparison.Ordinal);
    }

    private MilvusIndex Open(string user, string password, string authority) => OpenMilvus.At(
        _server!.Address, set: options => (options.User, options.Password, options.CaCertificate, options.RetrySeconds) = (user, password, authority, 1));

    private string PathOf(string file) => Path.Combine(_certificates.Path, file);

    private void WriteCertificates()
    {
        using var authority = Authority("ca");
        using var stranger = Authority("stranger");
        File.WriteAllText(PathOf("ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(PathOf("stranger.pem"), stranger.ExportCertificatePem());

        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(PathOf("server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
    }
}
