using System.Net;
using System.Text.Json;
using Delg.Contracts.Errors;
using Delg.Gateway.Access;
using Delg.Gateway.Tests.Fakes;

namespace Delg.Gateway.Tests.Access;

/// <summary>A page from elsewhere whose name was made to mean this machine names its own host.</summary>
public class HostGateTests
{
    [Theory]
    [InlineData("/v1/collections")]
    [InlineData("/")]
    public async Task Request_ForAnotherName_IsRefusedOnLoopbackWithoutKeys(string path)
    {
        await using var gateway = await GatewayHost.StartAsync();

        var refused = await GetAsync(gateway, path, "rebound.example:8080");

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(ErrorReason.OriginRefused, problem.GetProperty("reason").GetString());
        Assert.Contains("rebound.example", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("Gateway:AllowedHosts", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost:8080")]
    [InlineData("127.0.0.1:1")]
    [InlineData("[::1]:8080")]
    public async Task Request_ForTheMachinesOwnName_IsAnswered(string host)
    {
        await using var gateway = await GatewayHost.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(gateway, "/v1/collections", host)).StatusCode);
    }

    [Theory]
    [InlineData("search.example")]
    [InlineData("*")]
    public async Task Request_ForANameInTheOptions_IsAnswered(string allowed)
    {
        await using var gateway = await GatewayHost.StartAsync(("AllowedHosts:0", allowed));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(gateway, "/v1/collections", "Search.example:80")).StatusCode);
    }

    [Fact]
    public async Task Request_ForAnotherName_IsAnsweredWhereAKeyIsAskedForOrOthersReachIt()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Read, "*");
        await using var guarded = await GatewayHost.StartAsync(folder.Settings);
        await using var open = await GatewayHost.StartAsync(("HttpListen", "http://0.0.0.0:0"));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(guarded, "/v1/collections", "search.example", key)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(open, "/v1/collections", "search.example")).StatusCode);
    }

    private static async Task<HttpResponseMessage> GetAsync(GatewayHost gateway, string path, string host, string? key = null)
    {
        using var http = key is null ? gateway.NewHttpClient() : gateway.NewHttpClient(key);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(gateway.HttpAddress.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)), path));
        request.Headers.Host = host;
        return await http.SendAsync(request);
    }
}
