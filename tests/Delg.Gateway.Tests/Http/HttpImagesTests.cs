using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;

namespace Delg.Gateway.Tests.Http;

/// <summary>The service over HTTP: JSON and forms in, JSON out.</summary>
public class HttpImagesTests
{
    private static readonly byte[] _photo = [7, 1, 2, 3];

    [Fact]
    public async Task Images_IndexedGotListedDeleted_AsJson()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        var indexed = await http.PostAsJsonAsync(
            "/v1/collections/default/images/a", new { image = Convert.ToBase64String(_photo), metadata = new { values = new { kind = new { stringValue = "book" } } } });
        Assert.Equal("INDEX_OUTCOME_ADDED", await TextAsync(indexed, "outcome"));
        var got = await http.GetAsync("/v1/collections/default/images/a");
        Assert.Equal("book", (await JsonAsync(got)).GetProperty("image").GetProperty("metadata").GetProperty("values").GetProperty("kind").GetProperty("stringValue").GetString());
        var listed = await http.GetAsync("/v1/collections/default/images?page_size=5");
        Assert.Equal(1, (await JsonAsync(listed)).GetProperty("images").GetArrayLength());
        var collections = await http.GetAsync("/v1/collections");
        Assert.Equal("default", (await JsonAsync(collections)).GetProperty("collections")[0].GetProperty("name").GetString());
        var deleted = await http.DeleteAsync("/v1/collections/default/images/a");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Empty(gateway.Backends.Index.Entries);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("POST")]
    public async Task Images_SentAsForm_AreIndexedWithTheirFields(string verb)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(_photo), "image", "photo.jpg" },
            { new StringContent("""{"values":{"year":{"number_value":1999}}}"""), "metadata" },
        };

        using var request = new HttpRequestMessage(new HttpMethod(verb), "/v1/collections/trip/images/my-id") { Content = form };
        var answer = await http.SendAsync(request);

        Assert.Equal("INDEX_OUTCOME_ADDED", await TextAsync(answer, "outcome"));
        Assert.Equal(_photo, gateway.Backends.Extractor.Requests.Single().Image);
        Assert.Equal(1999, gateway.Backends.Index.Entries[("trip", "my-id")].Metadata.Values["year"].NumberValue);
    }

    [Fact]
    public async Task Images_SentBare_AreIndexed()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var content = new ByteArrayContent(_photo);
        content.Headers.ContentType = new("image/jpeg");

        var answer = await http.PutAsync("/v1/collections/default/images/b", content);

        Assert.Equal("INDEX_OUTCOME_ADDED", await TextAsync(answer, "outcome"));
        Assert.Equal(_photo, gateway.Backends.Extractor.Requests.Single().Image);
    }

    [Theory]
    [InlineData("holidays/2024/a.jpg", "holidays/2024/a.jpg")]
    [InlineData("holidays%2F2024%2Fa.jpg", "holidays/2024/a.jpg")]
    [InlineData("holidays%2F50%25%2F%C3%A4.jpg", "holidays/50%/ä.jpg")]
    [InlineData("a%252Fb%2Fc", "a%2Fb/c")]
    [InlineData("with%20space%3A+", "with space:+")]
    public async Task ImageId_InPath_MayHoldAnything(string path, string id)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var content = new ByteArrayContent(_photo);
        content.Headers.ContentType = new("image/png");

        var indexed = await http.PutAsync(new Uri($"{gateway.HttpAddress}/v1/collections/default/images/{path}"), content);
        var got = await http.GetAsync(new Uri($"{gateway.HttpAddress}/v1/collections/default/images/{path}"));

        Assert.Equal(HttpStatusCode.OK, indexed.StatusCode);
        Assert.Contains(("default", id), gateway.Backends.Index.Entries.Keys);
        Assert.Equal(id, (await JsonAsync(got)).GetProperty("image").GetProperty("imageId").GetString());
    }

    [Fact]
    public async Task ImageId_InAWholeAddress_IsReadFromItsPath()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Index.Collections["default"] = new Collection { Name = "default" };
        gateway.Backends.Index.Entries[("default", "holidays/a.jpg")] = new GlobalEntry { ImageId = "holidays/a.jpg", Descriptor_ = gateway.Backends.Extractor.Descriptor(1) };
        var address = new Uri(gateway.HttpAddress);
        using var socket = new TcpClient(address.Host, address.Port);
        await using var stream = socket.GetStream();

        // As a client writes it that takes the gateway for its proxy.
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {gateway.HttpAddress}/v1/collections/default/images/holidays%2Fa.jpg HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"));
        var answer = await new StreamReader(stream).ReadToEndAsync();

        Assert.True(answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer);
        Assert.Contains("\"holidays/a.jpg\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_SentAsForm_TakesItsOptionsFromPartsAndQuery()
    {
        await using var gateway = await SearchableAsync();
        using var http = gateway.NewHttpClient();
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(_photo), "image", "photo.jpg" },
            { new StringContent("1"), "region.left" },
            { new StringContent("30.5"), "region.right" },
            { new StringContent("true"), "include_timings" },
            { new StringContent("RANKING_PUBLISHED"), "ranking" },
        };

        var answer = await JsonAsync(await http.PostAsync("/v1/collections/default:search?top_k=1", form));

        Assert.Equal(1, answer.GetProperty("hits").GetArrayLength());
        Assert.Equal("b", answer.GetProperty("hits")[0].GetProperty("imageId").GetString());
        Assert.True(answer.GetProperty("timings").GetProperty("totalMs").GetDouble() >= 0);
        Assert.Equal((1f, 30.5f), (gateway.Backends.Extractor.Requests.Single().Region.Left, gateway.Backends.Extractor.Requests.Single().Region.Right));
    }

    [Fact]
    public async Task Match_SentAsForm_ComparesItsTwoPictures()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var form = new MultipartFormDataContent { { new ByteArrayContent([1]), "query", "a.jpg" }, { new ByteArrayContent([1]), "candidate", "b.jpg" } };

        var answer = await JsonAsync(await http.PostAsync("/v1/images:match", form));

        Assert.Equal(1, answer.GetProperty("similarity").GetDouble());
        Assert.Equal(7, answer.GetProperty("verification").GetProperty("inliers").GetInt32());
    }

    [Fact]
    public async Task Photo_OfTwentyMegabytes_ArrivesWhole()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        var photo = new byte[20 * 1024 * 1024];
        new Random(1).NextBytes(photo);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(photo), "image", "photo.jpg" } };

        var answer = await http.PostAsync("/v1/collections/default/images/big", form);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(gateway.Backends.Extractor.Requests.Single().Image.Span.SequenceEqual(photo));
    }

    private static async Task<GatewayHost> SearchableAsync()
    {
        var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Index.Collections["default"] = new V1.Collection { Name = "default" };
        gateway.Backends.Index.Neighbors.AddRange([new V1.Neighbor { ImageId = "a", Similarity = 0.9f }, new V1.Neighbor { ImageId = "b", Similarity = 0.8f }]);
        gateway.Backends.Verifier.Inliers["a"] = (2, 1);
        gateway.Backends.Verifier.Inliers["b"] = (90, 40);
        return gateway;
    }

    private static async Task<string?> TextAsync(HttpResponseMessage answer, string name) => (await JsonAsync(answer)).GetProperty(name).GetString();

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
