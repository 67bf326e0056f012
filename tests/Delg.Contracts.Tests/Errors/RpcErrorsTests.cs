using Delg.Contracts.Errors;
using Grpc.Core;

namespace Delg.Contracts.Tests.Errors;

public class RpcErrorsTests
{
    [Fact]
    public void ToDelgException_OfOurOwn_KeepsEverything()
    {
        var failure = new DelgException(StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull, "The queue is full (64).")
        {
            Violations = [new FieldViolation("top_k", "0 is outside 1 to 9.")],
            Details = new Dictionary<string, string> { ["pending"] = "64" },
            RetryDelay = TimeSpan.FromSeconds(1.5),
        };
        var back = failure.ToRpcException().ToDelgException();
        Assert.Equal((failure.Code, failure.Reason, failure.Message), (back.Code, back.Reason, back.Message));
        Assert.Equal(failure.Violations, back.Violations);
        Assert.Equal(failure.Details, back.Details);
        Assert.Equal(failure.RetryDelay, back.RetryDelay);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, ErrorReason.DependencyUnavailable)]
    [InlineData(StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded)]
    [InlineData(StatusCode.Unknown, ErrorReason.Internal)]
    public void ToDelgException_WithoutDetails_HasAReasonOfTheStatus(StatusCode code, string reason)
    {
        var failure = new RpcException(new Status(code, "text")).ToDelgException();
        Assert.Equal((code, reason, "text"), (failure.Code, failure.Reason, failure.Message));
    }
}
