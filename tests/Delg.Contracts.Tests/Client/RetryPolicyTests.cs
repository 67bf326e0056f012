using Delg.Contracts.Client;
using Grpc.Core;

namespace Delg.Contracts.Tests.Client;

public class RetryPolicyTests
{
    private static readonly RetryPolicy _policy = new(new DelgClientOptions
    {
        Address = "http://127.0.0.1:5100",
        FirstRetryDelay = TimeSpan.FromSeconds(1),
        MaxRetryDelay = TimeSpan.FromSeconds(6),
    });

    [Theory]
    [InlineData(1, 0.5, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(3, 2, 4)]
    [InlineData(4, 3, 6)]
    [InlineData(100, 3, 6)]
    public void DelayAfter_NothingAsked_GrowsUpToTheLongestAndVaries(int attempt, double leastSeconds, double mostSeconds)
    {
        var delays = Enumerable.Range(0, 200).Select(_ => _policy.DelayAfter(attempt, null).TotalSeconds).ToList();

        Assert.All(delays, delay => Assert.InRange(delay, leastSeconds, mostSeconds));
        Assert.True(delays.Distinct().Count() > 100);
    }

    [Fact]
    public void DelayAfter_GatewayAsks_IsNeverLess()
    {
        var asked = TimeSpan.FromSeconds(30);

        Assert.All(Enumerable.Range(0, 200), _ => Assert.InRange(_policy.DelayAfter(1, asked), asked, asked + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Call_BrokenOffByTheGatewayAtTheDeadline_IsDeadlineExceeded()
    {
        var policy = new RetryPolicy(new DelgClientOptions { Address = "http://127.0.0.1:5100", CallTimeout = TimeSpan.FromSeconds(0.1) });

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => policy.CallAsync(call => Unary(ResetAfterAsync(call.Deadline!.Value)), isRepeatable: true, TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);

        static AsyncUnaryCall<int> Unary(Task<int> answer) => new(answer, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        // What gRPC's client makes of a stream that is reset while the request is still on its way.
        static async Task<int> ResetAfterAsync(DateTime deadline)
        {
            while (DateTime.UtcNow < deadline)
                await Task.Delay(10);
            throw new RpcException(new Status(StatusCode.Cancelled, "The HTTP/2 server reset the stream."));
        }
    }
}
