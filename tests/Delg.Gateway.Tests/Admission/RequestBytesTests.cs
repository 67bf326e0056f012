using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Delg.Contracts.Errors;
using Delg.Gateway.Admission;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Delg.Gateway.Tests.Admission;

/// <summary>A gateway that takes a million bytes at a time, and photos of which two are more.</summary>
public class RequestBytesTests
{
    private const string Address = "/v1/collections/default/images/a";

    private static readonly byte[] _photo = [.. Enumerable.Repeat((byte)7, 600_000)];

    private readonly TaskCompletionSource _goOn = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("form", false)]
    [InlineData("form", true)]
    [InlineData("picture", false)]
    [InlineData("picture", true)]
    [InlineData("json", false)]
    [InlineData("json", true)]
    public async Task Http_OneTooMany_Is429UntilTheOtherIsAnswered(string kind, bool isChunked)
    {
        await using var gateway = await StartAsync();
        using var http = gateway.NewHttpClient();
        var first = SendAsync(http, kind, isChunked);
        await FirstIsWorkedOnAsync(gateway);

        var refused = await SendAsync(http, kind, isChunked);
        var question = await http.GetAsync("/v1/collections", Stop);
        _goOn.SetResult();
        var answered = await first;
        await NothingIsHeldAsync(gateway);
        var later = await SendAsync(http, kind, isChunked);

        Assert.Equal((HttpStatusCode.TooManyRequests, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType?.MediaType));
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter?.Delta);
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Stop)).RootElement;
        Assert.Equal((ErrorReason.GatewayBusy, "1000000"), (problem.GetProperty("reason").GetString(), problem.GetProperty("details").GetProperty("max_bytes_in_flight").GetString()));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (question.StatusCode, answered.StatusCode, later.StatusCode));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task Grpc_OneTooMany_IsRefusedUntilTheOtherIsAnswered(GrpcWebMode? web)
    {
        await using var gateway = await StartAsync();
        using var channel = web is null ? null : GrpcChannel.ForAddress(
            gateway.HttpAddress, new GrpcChannelOptions { HttpVersion = HttpVersion.Version11, HttpHandler = new GrpcWebHandler(web.Value, new HttpClientHandler()) });
        var client = channel is null ? gateway.Client : new ImageSearchService.ImageSearchServiceClient(channel);
        var first = client.IndexImageAsync(Image("a"), cancellationToken: Stop);
        await FirstIsWorkedOnAsync(gateway);

        var refused = await Failures.OfAsync(client.SearchImagesAsync(new SearchImagesRequest { Image = ByteString.CopyFrom(_photo) }, cancellationToken: Stop));
        await client.ListImageCollectionsAsync(new ListImageCollectionsRequest(), cancellationToken: Stop);
        _goOn.SetResult();
        var answered = await first;
        await NothingIsHeldAsync(gateway);
        var later = await client.IndexImageAsync(Image("b"), cancellationToken: Stop);

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.GatewayBusy), (refused.Code, refused.Reason));
        Assert.Equal(TimeSpan.FromSeconds(1.5), refused.RetryDelay);
        Assert.Equal((IndexOutcome.Added, IndexOutcome.Added), (answered.Outcome, later.Outcome));
    }

    [Fact]
    public async Task Request_Alone_IsTakenHoweverLargeItIs()
    {
        await using var gateway = await StartAsync(maxBytes: 100_000);
        using var http = gateway.NewHttpClient();
        _goOn.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(http, "form", isChunked: false)).StatusCode);
        await NothingIsHeldAsync(gateway);
        Assert.Equal(IndexOutcome.Added, (await gateway.Client.IndexImageAsync(Image("b"), cancellationToken: Stop)).Outcome);
    }

    [Fact]
    public async Task Request_AnnouncedAndNotSent_HoldsNothing()
    {
        await using var gateway = await StartAsync();
        _goOn.SetResult();
        var address = new Uri(gateway.HttpAddress);
        using var socket = new TcpClient(address.Host, address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Address} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: image/jpeg\r\nContent-Length: {_photo.Length}\r\n\r\n{new string('7', 100_000)}"), Stop);
        await HeldAsync(gateway, held => held == 100_000);
        using var http = gateway.NewHttpClient();

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(http, "picture", isChunked: false)).StatusCode);
    }

    [Fact]
    public async Task Caller_GoneAway_HoldsNothing()
    {
        await using var gateway = await StartAsync();
        using var caller = new CancellationTokenSource();
        var call = gateway.Client.IndexImageAsync(Image("a"), cancellationToken: caller.Token);
        await FirstIsWorkedOnAsync(gateway);
        Assert.InRange(Held(gateway), _photo.Length, _photo.Length + 100);

        await caller.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(async () => await call);

        await NothingIsHeldAsync(gateway);
    }

    [Fact]
    public async Task Stream_BeyondTheBytes_WaitsAndIsAllAnswered()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Extractor.Before = async (_, context) => await Task.Delay(20, context.CancellationToken);
        using var stream = gateway.Client.IndexImages(deadline: DateTime.UtcNow.AddSeconds(60), cancellationToken: Stop);
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < 6; i++)
                    await stream.RequestStream.WriteAsync(new IndexImagesRequest { Image = Image($"i{i}") });
                await stream.RequestStream.CompleteAsync();
            },
            Stop);

        var outcomes = await stream.ResponseStream.ReadAllAsync(Stop).Select(answer => answer.Outcome).ToListAsync(Stop);
        await sending;

        Assert.Equal(Enumerable.Repeat(IndexOutcome.Added, 6), outcomes);
        Assert.Equal(1, gateway.Backends.Extractor.MostRunning);
        await NothingIsHeldAsync(gateway);
    }

    private async Task<GatewayHost> StartAsync(int maxBytes = 1_000_000)
    {
        var gateway = await GatewayHost.StartAsync(("MaxRequestBytesInFlight", $"{maxBytes}"), ("BusyRetrySeconds", "1.5"), ("IndexImagesInFlight", "4"));
        gateway.Backends.Extractor.Before = (_, context) => _goOn.Task.WaitAsync(context.CancellationToken);
        return gateway;
    }

    private static IndexImageRequest Image(string id) => new() { ImageId = id, Image = ByteString.CopyFrom(_photo) };

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string kind, bool isChunked)
    {
        HttpContent content = kind switch
        {
            "form" => new MultipartFormDataContent { { new ByteArrayContent(_photo), "image", "a.jpg" } },
            "picture" => new ByteArrayContent(_photo) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } },
            _ => JsonContent.Create(new { image = Convert.ToBase64String(_photo) }),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = content };
        request.Headers.TransferEncodingChunked = isChunked;
        if (!isChunked)
            await content.LoadIntoBufferAsync(Stop);
        return await http.SendAsync(request, Stop);
    }

    private static long Held(GatewayHost gateway) => gateway.Services.GetRequiredService<RequestBytes>().Held;

    private static async Task FirstIsWorkedOnAsync(GatewayHost gateway)
    {
        while (gateway.Backends.Extractor.Requests.IsEmpty)
            await Task.Delay(10, Stop);
    }

    /// <summary>The answer is there a moment before the request is over.</summary>
    private static Task NothingIsHeldAsync(GatewayHost gateway) => HeldAsync(gateway, held => held == 0);

    private static async Task HeldAsync(GatewayHost gateway, Func<long, bool> isReached)
    {
        for (var i = 0; i < 1000 && !isReached(Held(gateway)); i++)
            await Task.Delay(10, Stop);
        Assert.True(isReached(Held(gateway)), $"{Held(gateway)} bytes are held.");
    }
}
