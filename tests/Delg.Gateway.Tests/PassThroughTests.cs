using System.Net;
using System.Net.Http.Headers;
using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Delg.Gateway.Tests;

public class PassThroughTests
{
    private const int MegaByte = 1024 * 1024;

    [Fact]
    public async Task PassThrough_On_ReachesEachServiceWithErrorsIntact()
    {
        await using var gateway = await GatewayHost.StartAsync(("PassThrough", "true"));

        var model = await new ExtractorService.ExtractorServiceClient(gateway.Channel).GetModelAsync(new GetModelRequest());
        var index = await Failures.OfAsync(new GlobalIndexService.GlobalIndexServiceClient(gateway.Channel).GetCollectionAsync(new GetCollectionRequest { Name = "x" }));
        var verifier = await Failures.OfAsync(new LocalVerifierService.LocalVerifierServiceClient(gateway.Channel).GetFeaturesAsync(new GetFeaturesRequest()));

        Assert.Equal(gateway.Backends.Extractor.ModelId, model.ModelId);
        Assert.Equal(ErrorReason.CollectionNotFound, index.Reason);
        Assert.Equal(ErrorReason.ImageNotFound, verifier.Reason);
    }

    [Fact]
    public async Task PassThrough_OffByDefault_IsUnimplemented()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await new ExtractorService.ExtractorServiceClient(gateway.Channel).GetModelAsync(new GetModelRequest()));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public async Task PassThrough_OfTwentyMegabytes_ArrivesWhole_AndBeyondTheServicesLimitIsRefusedThere()
    {
        await using var gateway = await GatewayHost.StartAsync(("PassThrough", "true"));
        var extractor = new ExtractorService.ExtractorServiceClient(gateway.Channel);
        var photo = new byte[20 * MegaByte];
        new Random(1).NextBytes(photo);

        await extractor.ExtractAsync(new ExtractRequest { Image = ByteString.CopyFrom(photo) });
        var failure = await Failures.OfAsync(extractor.ExtractAsync(new ExtractRequest { Image = ByteString.CopyFrom(new byte[33 * MegaByte]) }));

        Assert.True(gateway.Backends.Extractor.Requests.Single().Image.Span.SequenceEqual(photo));
        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.RequestTooLarge), (failure.Code, failure.Reason));
        Assert.Equal($"{32 * MegaByte}", failure.Details["max_bytes"]);
    }

    [Fact]
    public async Task PassThrough_OfAStream_PassesEachPieceAsItComes()
    {
        await using var gateway = await GatewayHost.StartAsync(("PassThrough", "true"));
        using var http = new HttpClient { BaseAddress = new Uri($"http://{gateway.Channel.Target}"), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var content = new OpenContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, FakeBackends.EchoPath) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };

        // As gRPC clients do: the answer's headers may come with its first piece.
        var answering = http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var sent = await content.Stream;
        await SendAsync(sent, 1);
        using var answer = await answering;
        await using var received = await answer.Content.ReadAsStreamAsync();
        Assert.Equal(1, await ReadByteAsync(received));
        // The next piece is sent only when the one before has come back: nothing in between waits for the end.
        for (byte i = 2; i <= 4; i++)
        {
            await SendAsync(sent, i);
            Assert.Equal(i, await ReadByteAsync(received));
        }

        content.End();
        Assert.Equal(-1, await ReadByteAsync(received));
    }

    [Fact]
    public async Task PassThrough_DeadlineAndCancellation_ReachTheLastHop()
    {
        await using var gateway = await GatewayHost.StartAsync(("PassThrough", "true"));
        var stopped = new TaskCompletionSource();
        gateway.Backends.Extractor.Before = async (_, context) =>
        {
            context.CancellationToken.Register(stopped.SetResult);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        var extractor = new ExtractorService.ExtractorServiceClient(gateway.Channel);
        using var caller = new CancellationTokenSource();
        var deadline = DateTime.UtcNow.AddSeconds(60);

        using var call = extractor.ExtractAsync(new ExtractRequest { Image = ByteString.CopyFrom(1) }, deadline: deadline, cancellationToken: caller.Token);
        while (gateway.Backends.Extractor.Deadlines.IsEmpty)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await caller.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(async () => await call);

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(deadline, gateway.Backends.Extractor.Deadlines.Single(), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task PassThrough_OverReplicas_IsSpreadAndLeavesOutWhoIsNotReady()
    {
        await using var first = await FakeBackends.StartAsync();
        await using var second = await FakeBackends.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(
            services => services.AddSingleton<IDestinationResolver>(new FakeReplicas(first.Address, second.Address)),
            ("PassThrough", "true"), ("PassThroughHealthSeconds", "0.2"), ("HealthTimeoutSeconds", "30"));
        (first.Extractor.ModelId, second.Extractor.ModelId) = ("first@0", "second@0");
        var extractor = new ExtractorService.ExtractorServiceClient(gateway.Channel);

        await AnsweredByAsync(extractor, "first@0", "second@0");
        second.IsReady = false;
        await AnsweredByAsync(extractor, "first@0");
        second.IsReady = true;
        await AnsweredByAsync(extractor, "first@0", "second@0");
    }

    [Fact]
    public async Task PassThrough_OfAWriteThatFails_IsNotTriedAgain()
    {
        await using var gateway = await GatewayHost.StartAsync(("PassThrough", "true"));
        gateway.Backends.Verifier.PutFailure = new RpcException(new Status(StatusCode.Unavailable, "Gone."));

        var failure = await Failures.OfAsync(new LocalVerifierService.LocalVerifierServiceClient(gateway.Channel).PutFeaturesAsync(new PutFeaturesRequest()));

        Assert.Equal(StatusCode.Unavailable, failure.Code);
        Assert.Equal(["PutFeatures"], gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task PassThrough_WithoutAnybodyThere_IsUnavailable()
    {
        await using var gateway = await GatewayHost.StartAsync(("PassThrough", "true"), ("Extractor", "http://127.0.0.1:1"));

        var failure = await Failures.OfAsync(new ExtractorService.ExtractorServiceClient(gateway.Channel).GetModelAsync(new GetModelRequest()));

        Assert.Equal((StatusCode.Unavailable, ErrorReason.DependencyUnavailable), (failure.Code, failure.Reason));
    }

    /// <summary>Waits until just these answer twenty calls, sent together so that there is something to balance.</summary>
    private static async Task AnsweredByAsync(ExtractorService.ExtractorServiceClient extractor, params string[] expected)
    {
        string[] answered = [];
        for (var i = 0; i < 300 && !answered.SequenceEqual(expected); i++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => extractor.GetModelAsync(new GetModelRequest()).ResponseAsync));
            answered = [.. answers.Select(answer => answer.ModelId).Distinct().Order()];
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(expected, answered);
    }

    private static async Task SendAsync(Stream stream, byte piece)
    {
        await stream.WriteAsync(new[] { piece });
        await stream.FlushAsync();
    }

    private static async Task<int> ReadByteAsync(Stream stream)
    {
        var buffer = new byte[1];
        return await stream.ReadAsync(buffer) == 0 ? -1 : buffer[0];
    }

    /// <summary>A body that is written piece by piece, until told that this was all.</summary>
    private sealed class OpenContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new();
        private readonly TaskCompletionSource _end = new();

        public OpenContent() => Headers.ContentType = MediaTypeHeaderValue.Parse("application/grpc");

        public Task<Stream> Stream => _stream.Task;

        public void End() => _end.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // The headers go out with the first flush.
            await stream.FlushAsync();
            _stream.SetResult(stream);
            await _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
