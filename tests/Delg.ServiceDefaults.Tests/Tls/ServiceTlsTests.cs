using Delg.ServiceDefaults.Tests.Hosting;
using Delg.ServiceDefaults.Tls;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Tests.Tls;

/// <summary>TLS between real sockets, with certificates that are made for the test.</summary>
public sealed class ServiceTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new();

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Tls_WithCertificateFile_IsServedToWhoTrustsItsAuthority()
    {
        var server = _authority.Server();
        await using var service = await TestService.ListenAsync(("Test:Listen", "https://127.0.0.1:0"), ("Test:Tls:CertificateFile", server.Certificate), ("Test:Tls:KeyFile", server.Key));
        using var trusting = Channel(service, _authority.AuthorityFile);
        using var doubting = Channel(service, _stranger.AuthorityFile);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await HealthOf.ServiceAsync(trusting, ""));
        await AssertRefusedAsync(doubting);
    }

    [Fact]
    public async Task MutualTls_IsServedToClientsOfTheAuthorityOnly()
    {
        var server = _authority.Server();
        var (client, foreign, wrongUse) = (_authority.Client(), _stranger.Client(), _authority.Server("other"));
        await using var service = await TestService.ListenAsync(
            ("Test:Listen", "https://127.0.0.1:0"), ("Test:Tls:CertificateFile", server.Certificate), ("Test:Tls:KeyFile", server.Key),
            ("Test:Tls:ClientAuthorityFile", _authority.AuthorityFile));
        using var known = Channel(service, _authority.AuthorityFile, client.Certificate, client.Key);
        using var nobody = Channel(service, _authority.AuthorityFile);
        using var stranger = Channel(service, _authority.AuthorityFile, foreign.Certificate, foreign.Key);
        using var misused = Channel(service, _authority.AuthorityFile, wrongUse.Certificate, wrongUse.Key);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await HealthOf.ServiceAsync(known, ""));
        await AssertRefusedAsync(nobody);
        await AssertRefusedAsync(stranger);
        await AssertRefusedAsync(misused);
    }

    [Fact]
    public async Task MutualTls_HoldsForHttpToo()
    {
        var (server, client) = (_authority.Server(), _authority.Client());
        await using var service = await TestService.ListenAsync(
            ("Test:Listen", "http://127.0.0.1:0"), ("Test:HttpListen", "https://127.0.0.1:0"), ("Test:Tls:CertificateFile", server.Certificate), ("Test:Tls:KeyFile", server.Key),
            ("Test:Tls:ClientAuthorityFile", _authority.AuthorityFile));
        using var known = new HttpClient(new SocketsHttpHandler { SslOptions = ClientTls.Of(_authority.AuthorityFile, client.Certificate, client.Key) });
        using var nobody = new HttpClient(new SocketsHttpHandler { SslOptions = ClientTls.Of(_authority.AuthorityFile, "", "") });
        var address = $"{service.App.Urls.Last()}/livez";

        Assert.True((await known.GetAsync(address, TestContext.Current.CancellationToken)).IsSuccessStatusCode);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => nobody.GetAsync(address, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Identity_Renewed_IsShownAfterAWhile_AndKeptWhileItsFilesAreBroken()
    {
        var time = new StandingTime();
        var old = _authority.Server();
        var identity = new CertificateIdentity(old.Certificate, old.Key, time);

        var renewed = _authority.Server();
        Assert.Equal(old.Thumbprint, identity.Certificate.Thumbprint);
        time.Pass(CertificateIdentity.Refresh);
        Assert.Equal(renewed.Thumbprint, identity.Certificate.Thumbprint);
        File.WriteAllText(renewed.Key, "not a key");
        time.Pass(CertificateIdentity.Refresh);
        Assert.Equal(renewed.Thumbprint, identity.Certificate.Thumbprint);
        var again = _authority.Server();
        time.Pass(CertificateIdentity.Refresh);
        Assert.Equal(again.Thumbprint, identity.Certificate.Thumbprint);
    }

    [Fact]
    public void Options_ThatDoNotFit_AreAllNamedAtStart()
    {
        var (server, other) = (_authority.Server(), _authority.Server("other"));

        Assert.Contains("go together", Mistakes(("Test:Tls:CertificateFile", server.Certificate)), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Mistakes(("Test:Tls:CertificateFile", server.Certificate), ("Test:Tls:KeyFile", other.Key)), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Mistakes(("Test:Tls:CertificateFile", "nowhere.pem"), ("Test:Tls:KeyFile", other.Key)), StringComparison.Ordinal);
        Assert.Contains("nothing would be encrypted", Mistakes(("Test:Tls:CertificateFile", server.Certificate), ("Test:Tls:KeyFile", server.Key)), StringComparison.Ordinal);
        Assert.Contains("without TLS", Mistakes(("Test:Tls:ClientAuthorityFile", _authority.AuthorityFile)), StringComparison.Ordinal);
        Assert.Contains("no certificate", Mistakes(("Test:Tls:ClientAuthorityFile", server.Key)), StringComparison.Ordinal);
    }

    private static string Mistakes(params IEnumerable<(string Key, string Value)> settings) =>
        Assert.Throws<OptionsValidationException>(() => TestService.NewBuilder(settings).Build()).Message;

    private static GrpcChannel Channel(TestService service, string authority, string certificate = "", string key = "") =>
        GrpcChannel.ForAddress(Assert.Single(service.App.Urls), new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { SslOptions = ClientTls.Of(authority, certificate, key) } });

    private static async Task AssertRefusedAsync(GrpcChannel channel)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken));
        // The handshake failed; no call was made.
        Assert.Contains(failure.StatusCode, new[] { StatusCode.Internal, StatusCode.Unavailable });
    }

    private sealed class StandingTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}
