using System.Net;
using System.Text.Json;
using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Gateway.Tests.Http;

public class ThumbnailTests
{
    private static readonly byte[] _thumbnail = [0xFF, 0xD8, 0xFF, 7, 80];

    [Theory]
    [InlineData("trip/1.jpg", "trip/1.jpg")]
    [InlineData("trip/1.jpg", "trip%2F1.jpg")]
    [InlineData("odd:thumbnail", "odd:thumbnail")]
    public async Task Thumbnail_OfIndexedImage_IsServedAsPictureThatMayBeKept(string id, string path)
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = id, Image = ByteString.CopyFrom(7) });
        using var http = gateway.NewHttpClient();
        var address = new Uri($"{gateway.HttpAddress}/v1/collections/default/images/{path}:thumbnail");

        var answer = await http.GetAsync(address);
        using var again = new HttpRequestMessage(HttpMethod.Get, address);
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        var unchanged = await http.SendAsync(again);

        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(_thumbnail, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.True(answer.Headers.CacheControl is { Private: true, MaxAge.TotalSeconds: > 0 });
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal(_thumbnail, (await gateway.Client.GetImageThumbnailAsync(new GetImageThumbnailRequest { ImageId = id })).Thumbnail);
    }

    [Fact]
    public async Task Thumbnail_OfUnknownImage_IsProblem()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        var answer = await http.GetAsync("/v1/collections/default/images/nobody:thumbnail");
        var failure = await Failures.OfAsync(gateway.Client.GetImageThumbnailAsync(new GetImageThumbnailRequest { ImageId = "nobody" }));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(ErrorReason.ThumbnailNotFound, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("reason").GetString());
        Assert.Equal(ErrorReason.ThumbnailNotFound, failure.Reason);
    }

    [Fact]
    public async Task Thumbnail_SwitchedOff_IsNotMade()
    {
        await using var gateway = await GatewayHost.StartAsync(("ThumbnailSidePixels", "0"));

        await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = ByteString.CopyFrom(7) });

        Assert.Equal(0u, gateway.Backends.Extractor.Requests.Single().ThumbnailSidePixels);
        Assert.Empty(gateway.Backends.Verifier.Thumbnails);
    }
}
