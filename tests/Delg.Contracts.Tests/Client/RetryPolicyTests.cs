using Delg.Contracts.Client;

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
}
