using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.ServiceDefaults.Tests.Tls;
using Delg.V1;
using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Tests;

/// <summary>Services that want TLS and certificates, called by the gateway itself and through it.</summary>
public sealed class BackendTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("https://127.0.0.1:")]
    [InlineData("dns:///localhost:")]
    public async Task Services_WithMutualTls_AreReachedByCallsAndPassThrough(string address)
    {
        await using var services = await StartServicesAsync();
        var client = _authority.Client();
        await using var gateway = await GatewayHost.StartAsync(
            [.. Addresses(services, address), ("PassThrough", "true"), ("BackendTls:AuthorityFile", _authority.AuthorityFile), ("BackendTls:CertificateFile", client.Certificate), ("BackendTls:KeyFile", client.Key)]);

        var indexed = await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = ByteString.CopyFrom(1) });
        var model = await new ExtractorService.ExtractorServiceClient(gateway.Channel).GetModelAsync(new GetModelRequest());

        Assert.Equal(IndexOutcome.Added, indexed.Outcome);
        Assert.Equal(services.Extractor.ModelId, model.ModelId);
        Assert.Single(services.Index.Entries);
    }

    [Fact]
    public async Task Services_WithMutualTls_RefuseAGatewayThatShowsNothing()
    {
        await using var services = await StartServicesAsync();
        await using var gateway = await GatewayHost.StartAsync([.. Addresses(services, "https://127.0.0.1:"), ("BackendTls:AuthorityFile", _authority.AuthorityFile)]);

        var failure = await Failures.OfAsync(gateway.Client.ListImageCollectionsAsync(new ListImageCollectionsRequest()));

        Assert.Contains(failure.Reason, new[] { ErrorReason.DependencyUnavailable, ErrorReason.Internal });
        Assert.Empty(services.Journal.Methods);
    }

    [Fact]
    public async Task Options_WithFilesThatAreNone_AreRefusedAtStart()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => GatewayHost.StartAsync(("BackendTls:AuthorityFile", _authority.PathOf("none.pem")), ("BackendTls:CertificateFile", _authority.AuthorityFile)));

        Assert.Equal(2, failure.Failures.Count());
    }

    private Task<FakeBackends> StartServicesAsync()
    {
        var server = _authority.Server();
        return FakeBackends.StartAsync(
            ("Listen", "https://127.0.0.1:0"), ("Tls:CertificateFile", server.Certificate), ("Tls:KeyFile", server.Key), ("Tls:ClientAuthorityFile", _authority.AuthorityFile));
    }

    private static IEnumerable<(string Key, string Value)> Addresses(FakeBackends services, string address)
    {
        var port = new Uri(services.Address).Port;
        return new[] { "Extractor", "GlobalIndex", "LocalVerifier" }.Select(service => (service, $"{address}{port}"));
    }
}
