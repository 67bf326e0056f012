using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Delg.ServiceDefaults.Tests.Hosting;

public sealed class ServiceListeningTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://localhost:0")]
    [InlineData("http://*:0")]
    public async Task Listen_PortZero_TakesAFreeOneAndAnswersHealth(string address)
    {
        await using var service = await TestService.ListenAsync(("Test:Listen", address));
        var port = new Uri(Assert.Single(service.App.Urls).Replace("[::]", "127.0.0.1", StringComparison.Ordinal)).Port;
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");

        Assert.NotEqual(0, port);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await HealthOf.ServiceAsync(channel, ""));
    }

    [Fact]
    public async Task HttpListen_Set_AnswersProbesOverHttp1()
    {
        await using var service = await TestService.ListenAsync(("Test:Listen", "http://127.0.0.1:0"), ("Test:HttpListen", "http://127.0.0.1:0"));
        using var http = new HttpClient();

        Assert.Equal(2, service.App.Urls.Count);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"{service.App.Urls.Last()}/livez", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"{service.App.Urls.Last()}/readyz", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Listen_Https_UsesTheConfiguredCertificate()
    {
        using var certificate = NewCertificate();
        var file = Path.Combine(Directory.CreateTempSubdirectory("delg-tls-").FullName, "server.pfx");
        await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pfx, "open"), Cancellation);
        try
        {
            await using var service = await TestService.ListenAsync(
                ("Test:Listen", "https://127.0.0.1:0"), ("Kestrel:Certificates:Default:Path", file), ("Kestrel:Certificates:Default:Password", "open"));
            using var handler = new SocketsHttpHandler();
            var presented = "";
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => (presented = shown!.GetCertHashString()).Length > 0;
            using var channel = GrpcChannel.ForAddress(Assert.Single(service.App.Urls), new GrpcChannelOptions { HttpHandler = handler });

            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await HealthOf.ServiceAsync(channel, ""));
            Assert.Equal(certificate.GetCertHashString(), presented);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Fact]
    public async Task MaxMessageBytes_LargerMessage_IsRefused()
    {
        await using var service = await TestService.StartAsync(settings: [("Test:MaxMessageBytes", "65536")]);
        var health = new Health.HealthClient(service.Channel);

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await health.CheckAsync(new HealthCheckRequest { Service = new string('x', 70_000) }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
