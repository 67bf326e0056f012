using Delg.Contracts.Errors;
using Delg.ServiceDefaults.Hosting;
using Grpc.Core;
using Grpc.Health.V1;

namespace Delg.ServiceDefaults.Tests.Errors;

public sealed class ErrorInterceptorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Call_KnownFailure_CarriesReasonDetailsAndViolations()
    {
        var thrown = new DelgException(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, "Two fields are wrong.")
        {
            Violations = [new FieldViolation("top_k", "-1 is negative."), new FieldViolation("name", "Required.")],
            Details = new Dictionary<string, string> { ["limit"] = "7" },
        };

        var failure = await FailureOfAsync(_ => throw thrown);

        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.FieldInvalid, "Two fields are wrong."), (failure.Code, failure.Reason, failure.Message));
        Assert.Equal(thrown.Violations, failure.Violations);
        Assert.Equal("7", failure.Details["limit"]);
        Assert.Null(failure.RetryDelay);
    }

    [Fact]
    public async Task Call_FullQueue_SaysWhenToTryAgain()
    {
        var failure = await FailureOfAsync(_ => throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull, "Full.")
        {
            RetryDelay = TimeSpan.FromMilliseconds(1500),
        });

        Assert.Equal(StatusCode.ResourceExhausted, failure.Code);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), failure.RetryDelay);
    }

    [Fact]
    public async Task Call_UnknownFailure_IsInternalWithoutItsText()
    {
        var failure = await FailureOfAsync(_ => throw new InvalidOperationException("password=swordfish"));

        Assert.Equal((StatusCode.Internal, ErrorReason.Internal), (failure.Code, failure.Reason));
        Assert.DoesNotContain("swordfish", $"{failure.InnerException}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_StatusOfADependency_IsPassedOn()
    {
        var dependency = DelgException.CollectionNotFound("photos").ToRpcException();

        var failure = await FailureOfAsync(_ => throw dependency);

        Assert.Equal((StatusCode.NotFound, ErrorReason.CollectionNotFound), (failure.Code, failure.Reason));
        Assert.Equal("photos", failure.Details["collection"]);
    }

    [Fact]
    public async Task Call_PastItsDeadline_IsDeadlineExceeded()
    {
        var seen = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await TestService.ServeAsync(context => WaitUntilCancelledAsync(context, seen));
        var failure = await FailureOfAsync(service, () => new CallOptions(deadline: DateTime.UtcNow.AddSeconds(3)));

        Assert.Equal((StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded), (failure.Code, failure.Reason));
        Assert.True(await seen.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Call_CancelledByTheCaller_StopsTheServiceToo()
    {
        var seen = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var source = new CancellationTokenSource();

        var failure = await FailureOfAsync(
            context =>
            {
                source.Cancel();
                return WaitUntilCancelledAsync(context, seen);
            },
            () => new CallOptions(cancellationToken: source.Token));

        Assert.Equal((StatusCode.Cancelled, ErrorReason.Cancelled), (failure.Code, failure.Reason));
        Assert.True(await seen.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Call_CancellationOfOurOwn_IsInternal()
    {
        var failure = await FailureOfAsync(_ => throw new OperationCanceledException("nobody asked for it"));

        Assert.Equal(StatusCode.Internal, failure.Code);
    }

    private static async Task WaitUntilCancelledAsync(ServerCallContext context, TaskCompletionSource<bool> seen)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        finally
        {
            seen.SetResult(context.CancellationToken.IsCancellationRequested);
        }
    }

    private static async Task<DelgException> FailureOfAsync(Func<ServerCallContext, Task> onCall, Func<CallOptions>? options = null)
    {
        await using var service = await TestService.StartAsync(onCall);
        return await FailureOfAsync(service, options);
    }

    private static async Task<DelgException> FailureOfAsync(TestService service, Func<CallOptions>? options)
    {
        // A deadline must pass in the method, not while the first call of a process is being compiled.
        await new Health.HealthClient(service.Channel).CheckAsync(new HealthCheckRequest { Service = ServiceHosting.LiveService }, cancellationToken: Cancellation);
        return (await Assert.ThrowsAsync<RpcException>(() => service.CallAsync(options?.Invoke() ?? default))).ToDelgException();
    }
}
