using System.Diagnostics;
using Delg.Cli.Bench.Load;

namespace Delg.Cli.Tests.Bench.Load;

public sealed class ArrivalsTests
{
    [Fact]
    public void Random_ManyTimes_HaveTheRateAndTheSpreadOfIndependentCallers()
    {
        var times = Arrivals.Random(rate: 50, seconds: 400, seed: 1);

        // Poisson: 20,000 expected, standard deviation 141; an exponential gap's deviation is its mean, 0.02 s.
        Assert.InRange(times.Count, 19_300, 20_700);
        var gaps = times.Zip(times.Skip(1), (before, after) => (after - before).TotalSeconds).ToList();
        Assert.All(gaps, gap => Assert.True(gap >= 0));
        Assert.InRange(Math.Sqrt(gaps.Average(gap => gap * gap) - Math.Pow(gaps.Average(), 2)), 0.019, 0.021);
        Assert.True(times[^1] < TimeSpan.FromSeconds(400));
    }

    [Fact]
    public void Random_SameSeed_SameTimes()
    {
        Assert.Equal(Arrivals.Random(5, 10, seed: 3), Arrivals.Random(5, 10, seed: 3));
        Assert.NotEqual(Arrivals.Random(5, 10, seed: 3), Arrivals.Random(5, 10, seed: 4));
    }

    [Fact]
    public void Even_Times_LieInTheMiddleOfTheirGaps() =>
        Assert.Equal([0.25, 0.75, 1.25, 1.75], Arrivals.Even(rate: 2, seconds: 2).Select(time => time.TotalSeconds));

    [Fact]
    public async Task RunAsync_SlowCalls_DoNotHoldBackThoseAfterThem()
    {
        var allStarted = new TaskCompletionSource();
        var started = 0;

        // No call ends before the last has started: were one awaited before the next, this would hang.
        var order = await Arrivals.RunAsync(
            Arrivals.Even(rate: 100, seconds: 0.2),
            async (number, due) =>
            {
                if (Interlocked.Increment(ref started) == 20)
                    allStarted.SetResult();
                await allStarted.Task;
                return (number, due);
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 20), order.Select(call => call.number));
        Assert.All(order.Zip(order.Skip(1)), pair => Assert.Equal(0.01, Stopwatch.GetElapsedTime(pair.First.due, pair.Second.due).TotalSeconds, 5));
    }

    [Fact]
    public async Task RunAsync_Cancelled_StartsNoMore()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var started = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Arrivals.RunAsync(
            Arrivals.Even(rate: 100, seconds: 60),
            async (_, _) =>
            {
                if (Interlocked.Increment(ref started) == 3)
                    await stop.CancelAsync();
                return 0;
            },
            stop.Token));

        Assert.InRange(started, 3, 5999);
    }
}
