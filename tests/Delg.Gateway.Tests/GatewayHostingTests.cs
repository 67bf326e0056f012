using System.Net;
using System.Text.Json;
using Delg.Gateway.Backends;
using Delg.Gateway.Tests.Fakes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Tests;

public class GatewayHostingTests
{
    [Fact]
    public async Task Root_OverHttp_SaysWhatItIsAndWhereGrpcIs()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = new HttpClient();

        var text = await http.GetStringAsync(gateway.HttpAddress, TestContext.Current.CancellationToken);

        var root = JsonDocument.Parse(text).RootElement;
        Assert.Equal("delg.v1.ImageSearchService", root.GetProperty("grpc").GetString());
        Assert.Equal($"http://{gateway.Channel.Target}", root.GetProperty("grpc_address").GetString());
    }

    [Fact]
    public async Task Readiness_FollowsTheServices()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = new HttpClient();
        await WaitForAsync(http, gateway, HttpStatusCode.OK);

        gateway.Backends.IsReady = false;

        await WaitForAsync(http, gateway, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"{gateway.HttpAddress}/livez", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Options_SeveralMistakes_AreReportedTogetherAtStart()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => GatewayHost.StartAsync(("Extractor", "nowhere"), ("DefaultTopK", "2000"), ("FusionCap", "0")));

        Assert.Equal(3, failure.Failures.Count());
        Assert.Contains("Gateway:Extractor must be", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5101", true)]
    [InlineData("https://extractor:443", true)]
    [InlineData("dns:///delg-extractor:5101", true)]
    [InlineData("dns:///delg-extractor", false)]
    [InlineData("dns://delg-extractor:5101", false)]
    [InlineData("http://host:1/path", false)]
    [InlineData("ftp://host:1", false)]
    [InlineData("extractor", false)]
    public void Address_Form_IsChecked(string address, bool valid) => Assert.Equal(valid, BackendAddress.IsValid(address));

    [Theory]
    [InlineData("dns:///delg-extractor:5101", false, "http://delg-extractor:5101/")]
    [InlineData("dns:///delg-extractor:5101", true, "https://delg-extractor:5101/")]
    [InlineData("http://delg-extractor:5101", true, "http://delg-extractor:5101/")]
    public void Address_Dns_BecomesHttpForTheProxy(string address, bool isEncrypted, string expected) =>
        Assert.Equal(expected, BackendAddress.AsHttp(new Uri(address), isEncrypted).AbsoluteUri);

    [Fact]
    public void Address_FromTye_IsHostAndPort()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
            [
                new("service:extractor:host", "10.0.0.7"),
                new("service:extractor:port", "4711"),
                new("service:global_index:grpc:host", "10.0.0.8"),
                new("service:global_index:grpc:port", "4712"),
            ])
            .Build();

        Assert.Equal("http://10.0.0.7:4711", BackendAddress.FromTye(configuration, "EXTRACTOR"));
        Assert.Equal("http://10.0.0.8:4712", BackendAddress.FromTye(configuration, "GLOBAL_INDEX"));
        Assert.Null(BackendAddress.FromTye(configuration, "LOCAL_VERIFIER"));
    }

    private static async Task WaitForAsync(HttpClient http, GatewayHost gateway, HttpStatusCode expected)
    {
        HttpStatusCode seen = default;
        for (var i = 0; i < 300 && seen != expected; i++)
        {
            seen = (await http.GetAsync($"{gateway.HttpAddress}/readyz", TestContext.Current.CancellationToken)).StatusCode;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(expected, seen);
    }
}
