using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Delg.Contracts.Errors;
using Delg.Gateway.Access;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Metadata = Grpc.Core.Metadata;

namespace Delg.Gateway.Tests.Access;

/// <summary>Keys over the ways in that are not gRPC.</summary>
public class HttpAccessTests
{
    [Theory]
    [InlineData("GET", "/v1/collections")]
    [InlineData("POST", "/v1/collections/photos/images/a")]
    [InlineData("GET", "/v1/collections/photos/images/a:thumbnail")]
    [InlineData("GET", "/v1/collections/photos:duplicates")]
    public async Task Request_WithoutKey_Is401AndSaysHow(string verb, string path)
    {
        using var folder = new KeyFolder();
        folder.Add(Role.Read, "*");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);
        using var http = gateway.NewHttpClient();
        using var stranger = gateway.NewHttpClient("delg_none_1");

        var missing = await http.SendAsync(new HttpRequestMessage(new HttpMethod(verb), path));
        var invalid = await stranger.SendAsync(new HttpRequestMessage(new HttpMethod(verb), path));

        await AssertProblemAsync(missing, HttpStatusCode.Unauthorized, ErrorReason.KeyMissing);
        Assert.Equal("Bearer", missing.Headers.WwwAuthenticate.ToString());
        await AssertProblemAsync(invalid, HttpStatusCode.Unauthorized, ErrorReason.KeyInvalid);
        Assert.Equal("Bearer error=\"invalid_token\"", invalid.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Request_WithoutTheRole_Is403WithRoleAndCollection()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Read, "photos");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);
        using var http = gateway.NewHttpClient(key);
        using var form = new MultipartFormDataContent { { new ByteArrayContent([1]), "image", "a.jpg" } };

        var indexed = await http.PostAsync("/v1/collections/photos/images/a", form);
        var searched = await http.PostAsJsonAsync("/v1/collections/other:search", new { imageId = "a" });
        var thumbnail = await http.GetAsync("/v1/collections/other/images/a:thumbnail");

        var details = (await AssertProblemAsync(indexed, HttpStatusCode.Forbidden, ErrorReason.RoleInsufficient)).GetProperty("details");
        Assert.Equal(("write", "photos"), (details.GetProperty("role").GetString(), details.GetProperty("collection").GetString()));
        await AssertProblemAsync(searched, HttpStatusCode.Forbidden, ErrorReason.RoleInsufficient);
        await AssertProblemAsync(thumbnail, HttpStatusCode.Forbidden, ErrorReason.RoleInsufficient);
        Assert.Empty(gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task Request_WithTheRole_IsServed()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Write, "photos");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);
        using var http = gateway.NewHttpClient(key);
        using var form = new MultipartFormDataContent { { new ByteArrayContent([1]), "image", "a.jpg" } };

        var indexed = await http.PostAsync("/v1/collections/photos/images/a", form);
        var thumbnail = await http.GetAsync("/v1/collections/photos/images/a:thumbnail");
        var listed = await http.GetFromJsonAsync<JsonElement>("/v1/collections");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (indexed.StatusCode, thumbnail.StatusCode));
        Assert.Equal("photos", listed.GetProperty("collections")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/web/key.js")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/index.html")]
    [InlineData("/livez")]
    public async Task Page_ForEverybody_NeedsNoKey(string path)
    {
        using var folder = new KeyFolder();
        folder.Add(Role.Read, "*");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);
        using var http = gateway.NewHttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html, */*");

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(path)).StatusCode);
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task GrpcWeb_IsRefusedAndServedLikeGrpc(GrpcWebMode mode)
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Read, "*");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);
        using var channel = GrpcChannel.ForAddress(gateway.HttpAddress, new GrpcChannelOptions { HttpVersion = HttpVersion.Version11, HttpHandler = new GrpcWebHandler(mode, new HttpClientHandler()) });
        var client = new ImageSearchService.ImageSearchServiceClient(channel);

        var missing = await Failures.OfAsync(client.ListImageCollectionsAsync(new ListImageCollectionsRequest()));
        var denied = await Failures.OfAsync(client.DeleteImageCollectionAsync(new DeleteImageCollectionRequest { Name = "a" }, new Metadata { { "authorization", $"Bearer {key}" } }));
        var listed = await client.ListImageCollectionsAsync(new ListImageCollectionsRequest(), new Metadata { { "authorization", $"bearer {key}" } });

        Assert.Equal((ErrorReason.KeyMissing, ErrorReason.RoleInsufficient), (missing.Reason, denied.Reason));
        Assert.Empty(listed.Collections);
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string reason)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(reason, problem.GetProperty("reason").GetString());
        return problem;
    }
}
