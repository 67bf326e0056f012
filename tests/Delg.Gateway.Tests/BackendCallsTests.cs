using System.Diagnostics;
using System.Diagnostics.Metrics;
using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.Gateway.Telemetry;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Tests;

public class BackendCallsTests
{
    private static readonly SearchImagesRequest _search = new() { Image = ByteString.CopyFrom(1) };

    [Fact]
    public async Task Call_ServiceRefuses_IsPassedOnWithReasonAndDetails()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Extractor.Before = (_, _) => throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull, "Full.")
        {
            RetryDelay = TimeSpan.FromSeconds(3),
            Details = new Dictionary<string, string> { ["capacity"] = "64" },
        };

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(_search));

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull), (failure.Code, failure.Reason));
        Assert.Equal((TimeSpan.FromSeconds(3), "64"), (failure.RetryDelay, failure.Details["capacity"]));
    }

    [Fact]
    public async Task Call_ModelMismatchAtTheIndex_IsPassedOn()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Extractor.Before = (_, _) => throw DelgException.ModelMismatch("a@1", "b@2");

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(_search));

        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.ModelMismatch), (failure.Code, failure.Reason));
        Assert.Equal("a@1", failure.Details["expected_model_id"]);
    }

    [Fact]
    public async Task Call_ServiceFails_SaysWhichWithoutItsText()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Extractor.Before = (_, _) => throw new InvalidOperationException("secret");

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(_search));

        Assert.Equal((StatusCode.Internal, "extractor"), (failure.Code, failure.Details["service"]));
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Extractor", "extractor")]
    [InlineData("GlobalIndex", "global index")]
    public async Task Call_ServiceNotThere_IsUnavailableAndNamesIt(string key, string service)
    {
        await using var gateway = await GatewayHost.StartAsync((key, "http://127.0.0.1:1"));

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(_search));

        Assert.Equal((StatusCode.Unavailable, ErrorReason.DependencyUnavailable), (failure.Code, failure.Reason));
        Assert.Equal(service, failure.Details["service"]);
        Assert.Contains(service, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_UnavailableForAMoment_IsTriedAgain()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Index.Collections["default"] = new Collection();
        var failures = 1;
        gateway.Backends.Extractor.Before = (_, _) => Interlocked.Decrement(ref failures) >= 0
            ? throw new RpcException(new Status(StatusCode.Unavailable, "Starting."))
            : Task.CompletedTask;

        await gateway.Client.SearchImagesAsync(_search);

        Assert.Equal(2, gateway.Backends.Extractor.Requests.Count);
    }

    [Fact]
    public async Task Call_WriteUnavailable_IsNotTriedAgain()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Verifier.PutFailure = new RpcException(new Status(StatusCode.Unavailable, "Starting."));

        await Failures.OfAsync(gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = ByteString.CopyFrom(1) }));

        Assert.Single(gateway.Backends.Journal.Methods, "PutFeatures");
    }

    [Fact]
    public async Task Call_StageTimeOut_SaysWhoAndHowLong()
    {
        await using var gateway = await GatewayHost.StartAsync(("ExtractTimeoutSeconds", "0.2"));
        gateway.Backends.Extractor.Before = (_, context) => Task.Delay(Timeout.Infinite, context.CancellationToken);

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(_search));

        Assert.Equal((StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded), (failure.Code, failure.Reason));
        Assert.Contains("extractor did not answer within 0.2 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_BrokenOffByTheServiceAtTheTimeOut_SaysWhoAndHowLong()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var calls = new BackendCalls(
            Options.Create(new GatewayOptions { ExtractTimeoutSeconds = 0.1 }), new GatewayTelemetry(services.GetRequiredService<IMeterFactory>()), NullLogger<BackendCalls>.Instance);
        var extractor = new Backend("extractor", new Uri("http://127.0.0.1:1"), null!);

        var failure = await Assert.ThrowsAsync<DelgException>(() => calls.CallAsync(
            Stage.Extract, extractor, new CallerContext(DateTime.MaxValue, TestContext.Current.CancellationToken), call => Unary(ResetAfterAsync(call.Deadline!.Value))));

        Assert.Equal((StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded), (failure.Code, failure.Reason));
        Assert.Contains("extractor did not answer within 0.1 s", failure.Message, StringComparison.Ordinal);

        static AsyncUnaryCall<ExtractResponse> Unary(Task<ExtractResponse> answer) => new(answer, Task.FromResult(new Grpc.Core.Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        // What gRPC's client makes of a stream that is reset while the request is still on its way.
        static async Task<ExtractResponse> ResetAfterAsync(DateTime deadline)
        {
            while (DateTime.UtcNow < deadline)
                await Task.Delay(10);
            throw new RpcException(new Status(StatusCode.Cancelled, "The HTTP/2 server reset the stream."));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stream_SilentService_EndsWithTheTimeOutOrTheDeadline(bool hasDeadline)
    {
        // Long enough for the index, which is asked first, to answer in time on a busy machine.
        await using var gateway = await GatewayHost.StartAsync(("StoreTimeoutSeconds", hasDeadline ? "30" : "3"));
        foreach (var id in (string[])["a", "b", "c"])
            gateway.AddImage(id, 1);
        gateway.Backends.Verifier.AfterEachOfList = context => Task.Delay(Timeout.Infinite, context.CancellationToken);
        using var call = gateway.Client.CheckImages(new CheckImagesRequest(), deadline: hasDeadline ? DateTime.UtcNow.AddSeconds(1) : null, cancellationToken: TestContext.Current.CancellationToken);

        var failure = (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))).ToDelgException();

        Assert.Equal(StatusCode.DeadlineExceeded, failure.Code);
        if (!hasDeadline)
            Assert.Contains("local verifier did not answer within 3 s", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("-1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_SlowerThanTheTimeOutAsAWhole_IsReadToItsEnd()
    {
        await using var gateway = await GatewayHost.StartAsync(("StoreTimeoutSeconds", "4"));
        for (var i = 0; i < 8; i++)
            gateway.AddImage($"{i}", 1);
        gateway.Backends.Verifier.AfterEachOfList = context => Task.Delay(TimeSpan.FromMilliseconds(600), context.CancellationToken);
        using var call = gateway.Client.CheckImages(new CheckImagesRequest(), cancellationToken: TestContext.Current.CancellationToken);

        var found = await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal((8, 8, 0), (found.Single().Summary.EntryCount, found.Single().Summary.FeaturesCount, found.Single().Summary.HalfCount));
    }

    [Fact]
    public async Task Call_CallersDeadline_ReachesTheService()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Index.Collections["default"] = new Collection();
        var deadline = DateTime.UtcNow.AddSeconds(20);
        var start = Stopwatch.GetTimestamp();

        await gateway.Client.SearchImagesAsync(_search, deadline: deadline);

        // It travels as a time-out, so the time of the way is in it.
        Assert.InRange(gateway.Backends.Extractor.Deadlines.Single(), deadline.AddSeconds(-1), deadline.AddSeconds(1) + Stopwatch.GetElapsedTime(start));
    }

    [Fact]
    public async Task Call_CallerCancels_ReachesTheService()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var started = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        gateway.Backends.Extractor.Before = async (_, context) =>
        {
            using var registration = context.CancellationToken.Register(stopped.SetResult);
            started.TrySetResult();
            await stopped.Task;
        };
        using var cancellation = new CancellationTokenSource();
        var call = gateway.Client.SearchImagesAsync(_search, cancellationToken: cancellation.Token).ResponseAsync;
        await started.Task;

        await cancellation.CancelAsync();

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }
}
