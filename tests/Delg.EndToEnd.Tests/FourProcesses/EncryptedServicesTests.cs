using System.Net.Security;
using Delg.Contracts.Client;
using Delg.EndToEnd.Tests.Processes;
using Delg.ServiceDefaults.Tests.Tls;
using Delg.ServiceDefaults.Tls;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.EndToEnd.Tests.FourProcesses;

/// <summary>Four processes that talk to each other with TLS only, and only to who shows a certificate of the same authority.</summary>
public sealed class EncryptedServicesTests : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new();
    private readonly TestAuthority _authority = new();
    private readonly List<ServiceProcess> _services = [];
    private SslClientAuthenticationOptions _trusting = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var client = _authority.Client();
        _trusting = ClientTls.Of(_authority.AuthorityFile, client.Certificate, client.Key);
        var extractor = Add("Delg.Extractor", "Extractor");
        var index = Add("Delg.GlobalIndex", "GlobalIndex");
        var verifier = Add("Delg.LocalVerifier", "LocalVerifier");
        Add(
            "Delg.Gateway",
            "Gateway",
            ("DELG_Gateway__Extractor", extractor),
            ("DELG_Gateway__GlobalIndex", index),
            ("DELG_Gateway__LocalVerifier", verifier),
            ("DELG_Gateway__BackendTls__AuthorityFile", _authority.AuthorityFile),
            ("DELG_Gateway__BackendTls__CertificateFile", client.Certificate),
            ("DELG_Gateway__BackendTls__KeyFile", client.Key),
            ("DELG_Gateway__PassThrough", "true"));
        foreach (var service in _services)
            service.Start();
        await Task.WhenAll(_services.Select(service => service.ReadyAsync(Stop)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
            await service.DisposeAsync();
        _authority.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Search_OverEncryptedServices_FindsTheIndexedPhoto()
    {
        await using var client = new DelgClient(new DelgClientOptions { Address = _services[^1].Address, Tls = _trusting });
        await client.IndexAsync(new IndexImageRequest { ImageId = "first", Image = ByteString.CopyFrom(Scenes.First.Jpeg) }, Stop);

        var answer = await client.SearchBytesAsync(Scenes.First.Jpeg, cancellation: Stop);

        Assert.Equal("first", Assert.Single(answer.Hits).ImageId);
        Assert.True(answer.Hits[0].Verification.Verified);
        // Native calls are passed on with the gateway's certificate.
        using var channel = _services[^1].Open(_trusting);
        Assert.Equal(2048u, (await new ExtractorService.ExtractorServiceClient(channel).GetModelAsync(new GetModelRequest(), cancellationToken: Stop)).GlobalDim);
    }

    [Fact]
    public async Task Call_WithoutCertificateOrOfAnotherAuthority_IsRefusedByEveryService()
    {
        using var stranger = new TestAuthority();
        var other = stranger.Client();

        foreach (var tls in new[] { ClientTls.Of(_authority.AuthorityFile, "", ""), ClientTls.Of(_authority.AuthorityFile, other.Certificate, other.Key) })
        {
            foreach (var service in _services)
            {
                using var channel = service.Open(tls);
                var failure = await Assert.ThrowsAsync<RpcException>(() => new ImageSearchService.ImageSearchServiceClient(channel)
                    .ListImageCollectionsAsync(new ListImageCollectionsRequest(), cancellationToken: Stop).ResponseAsync);
                Assert.Contains(failure.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Internal });
            }
        }
    }

    private string Add(string project, string section, params IEnumerable<(string Name, string Value)> settings)
    {
        var shown = _authority.Server(section);
        var all = new Dictionary<string, string>(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
        {
            ["DELG_DataFolder"] = _data.Below(section),
            [$"DELG_{section}__Tls__CertificateFile"] = shown.Certificate,
            [$"DELG_{section}__Tls__KeyFile"] = shown.Key,
            [$"DELG_{section}__Tls__ClientAuthorityFile"] = _authority.AuthorityFile,
        };
        _services.Add(new ServiceProcess(project, section, all, _trusting));
        return _services[^1].Address;
    }
}
