using System.Net;
using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Delg.Gateway.Tests.Remote;

public class RemoteImagesTests
{
    private static readonly byte[] _photo = [9, 8, 7];

    [Fact]
    public async Task Url_OffByDefault_IsRefusedEverywhere()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var indexed = await Failures.OfAsync(gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", ImageUrl = "http://public.example/a.jpg" }));
        var searched = await Failures.OfAsync(gateway.Client.SearchImagesAsync(new SearchImagesRequest { ImageUrl = "http://public.example/a.jpg" }));

        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.UrlIngestOff), (indexed.Code, indexed.Reason));
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.UrlIngestOff), (searched.Code, searched.Reason));
    }

    [Fact]
    public async Task Url_On_IsFetchedIndexedAndSearched()
    {
        await using var internet = await FakeInternet.StartAsync(context => context.Response.Body.WriteAsync(_photo).AsTask());
        await using var gateway = await GatewayHost.StartAsync(internet, ("UrlIngest", "true"));

        await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", ImageUrl = "http://public.example/a.jpg" });
        await gateway.Client.SearchImagesAsync(new SearchImagesRequest { ImageUrl = "http://public.example/a.jpg" });

        Assert.All(gateway.Backends.Extractor.Requests, request => Assert.Equal(_photo, request.Image));
        Assert.Equal(2, gateway.Backends.Extractor.Requests.Count);
        Assert.All(internet.Connected, address => Assert.Equal("93.184.216.34", $"{address}"));
    }

    [Fact]
    public async Task Url_WithAnImageBesideIt_IsRefused()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var failure = await Failures.OfAsync(gateway.Client.IndexImageAsync(
            new IndexImageRequest { ImageId = "a", ImageUrl = "http://public.example/a.jpg", Image = Google.Protobuf.ByteString.CopyFrom(1) }));

        Assert.Equal("image_url", failure.Violations.Single().Field);
    }

    [Fact]
    public async Task Url_OfAMegabyte_IsRefusedInFewWords()
    {
        await using var gateway = await GatewayHost.StartAsync(("UrlIngest", "true"));

        var failure = await Failures.OfAsync(gateway.Client.IndexImageAsync(
            new IndexImageRequest { ImageId = "a", ImageUrl = $"ftp://public.example/{new string('a', 1024 * 1024)}.jpg" }));

        Assert.Equal(ErrorReason.UrlRefused, failure.Reason);
        Assert.EndsWith("…' is refused: only http and https addresses are fetched.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/relative.jpg")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://public.example/a.jpg")]
    [InlineData("http://user:secret@public.example/a.jpg")]
    [InlineData("http://public.example:6379/a.jpg")]
    [InlineData("https://public.example:80/a.jpg")]
    [InlineData("http://127.0.0.1/a.jpg")]
    [InlineData("http://0x7f.1/a.jpg")]
    [InlineData("http://2130706433/a.jpg")]
    [InlineData("http://[::1]/a.jpg")]
    [InlineData("http://[::ffff:10.0.0.1]/a.jpg")]
    [InlineData("http://metadata.example/latest/meta-data")]
    [InlineData("http://half.example/a.jpg")]
    public async Task Url_ThatIsNotPublicHttp_IsRefusedBeforeAnyConnection(string url)
    {
        await using var internet = await FakeInternet.StartAsync(_ => Task.CompletedTask);
        internet.Names["metadata.example"] = ["169.254.169.254"];
        internet.Names["half.example"] = ["93.184.216.34", "fd00::1"];
        using var images = internet.NewRemoteImages();

        var failure = await Assert.ThrowsAsync<DelgException>(() => images.FetchAsync(url, TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.UrlRefused), (failure.Code, failure.Reason));
        Assert.Empty(internet.Connected);
    }

    [Theory]
    [InlineData("http://10.0.0.1/secret")]
    [InlineData("http://[::ffff:127.0.0.1]/secret")]
    [InlineData("http://rebound.example/secret")]
    [InlineData("//192.168.1.1/secret")]
    [InlineData("ftp://public.example/secret")]
    [InlineData("http://public.example:8080/secret")]
    public async Task Redirect_ToWhereNobodyMayGo_IsRefused(string target)
    {
        await using var internet = await FakeInternet.StartAsync(context =>
        {
            Assert.Equal("/start", context.Request.Path);
            context.Response.Redirect(target);
            return Task.CompletedTask;
        });
        internet.Names["rebound.example"] = ["10.0.0.1"];
        using var images = internet.NewRemoteImages();

        var failure = await Assert.ThrowsAsync<DelgException>(() => images.FetchAsync("http://public.example/start", TestContext.Current.CancellationToken));

        Assert.Equal(ErrorReason.UrlRefused, failure.Reason);
        Assert.Equal([IPAddress.Parse("93.184.216.34")], internet.Connected);
    }

    [Fact]
    public async Task Redirects_UpToTheLimit_AreFollowed()
    {
        await using var internet = await FakeInternet.StartAsync(Countdown);
        using var images = internet.NewRemoteImages();

        var image = await images.FetchAsync("http://public.example/3", TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<DelgException>(() => images.FetchAsync("http://public.example/4", TestContext.Current.CancellationToken));

        Assert.Equal(_photo, image);
        Assert.Equal(ErrorReason.UrlFetchFailed, failure.Reason);
        Assert.Contains("more than 3 times", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/missing", "answers 404")]
    [InlineData("/declared", "more than 2000")]
    [InlineData("/endless", "more than 2000 bytes")]
    [InlineData("/silent", "more than 0.3 s")]
    [InlineData("/cut", "does not answer")]
    [InlineData("http://nowhere.example/", "does not answer")]
    public async Task Fetch_ThatGivesNoImage_SaysWhy(string path, string why)
    {
        await using var internet = await FakeInternet.StartAsync(Misbehave);
        using var images = internet.NewRemoteImages(options => (options.UrlMaxBytes, options.UrlTimeoutSeconds) = (2000, path == "/silent" ? 0.3 : 20));
        var url = path.StartsWith('/') ? $"http://public.example{path}" : path;

        var failure = await Assert.ThrowsAsync<DelgException>(() => images.FetchAsync(url, TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.UrlFetchFailed), (failure.Code, failure.Reason));
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.Equal("image_url", failure.Violations.Single().Field);
    }

    [Fact]
    public async Task Fetch_WhenTheCallerGoes_Stops()
    {
        await using var internet = await FakeInternet.StartAsync(Misbehave);
        using var images = internet.NewRemoteImages();
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => images.FetchAsync("http://public.example/silent", caller.Token));
    }

    private static Task Countdown(HttpContext context)
    {
        var left = int.Parse(context.Request.Path.Value![1..], System.Globalization.CultureInfo.InvariantCulture);
        if (left == 0)
            return context.Response.Body.WriteAsync(_photo).AsTask();
        context.Response.Redirect($"/{left - 1}");
        return Task.CompletedTask;
    }

    private static async Task Misbehave(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/missing":
                context.Response.StatusCode = 404;
                break;
            case "/declared":
                context.Response.ContentLength = 2001;
                await context.Response.Body.WriteAsync(new byte[2001]);
                break;
            case "/endless":
                while (!context.RequestAborted.IsCancellationRequested)
                    await context.Response.Body.WriteAsync(new byte[1000]);
                break;
            case "/silent":
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            default:
                context.Response.ContentLength = 100;
                await context.Response.Body.WriteAsync(new byte[10]);
                context.Abort();
                break;
        }
    }
}
