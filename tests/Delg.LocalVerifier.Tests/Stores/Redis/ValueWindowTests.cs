using Delg.LocalVerifier.Stores.Redis;

namespace Delg.LocalVerifier.Tests.Stores.Redis;

public class ValueWindowTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EnterRead_BytesTaken_WaitsAndGoesInOrder()
    {
        var window = Window(mostValues: 10, mostBytes: 2000, valueBytes: 1000);
        var first = await window.EnterReadAsync(Cancellation);
        await window.EnterReadAsync(Cancellation);
        var third = window.EnterReadAsync(Cancellation);
        var fourth = window.EnterReadAsync(Cancellation);
        Assert.False(third.IsCompleted);
        window.Leave(first);
        await third;
        Assert.False(fourth.IsCompleted);
    }

    [Fact]
    public async Task EnterRead_ValueLongerThanAllBytes_GoesAlone()
    {
        var window = Window(mostValues: 10, mostBytes: 10, valueBytes: 1000);
        var first = await window.EnterReadAsync(Cancellation);
        var second = window.EnterReadAsync(Cancellation);
        Assert.False(second.IsCompleted);
        window.Leave(first);
        await second;
    }

    [Fact]
    public async Task EnterRead_ShortValues_GoesUpToTheValuesAllowed()
    {
        var window = Window(mostValues: 3, mostBytes: 2000, valueBytes: 10);
        for (var i = 0; i < 3; i++)
            await window.EnterReadAsync(Cancellation);
        Assert.False(window.EnterReadAsync(Cancellation).IsCompleted);
    }

    [Fact]
    public async Task EnterWrite_BytesTaken_DoesNotWaitForThem()
    {
        var window = Window(mostValues: 2, mostBytes: 1000, valueBytes: 1000);
        await window.EnterReadAsync(Cancellation);
        await window.EnterWriteAsync(Cancellation);
        Assert.False(window.EnterWriteAsync(Cancellation).IsCompleted);
    }

    [Fact]
    public async Task Leave_CallerGoneWhileWaiting_GivesItsPlaceToTheNext()
    {
        var window = Window(mostValues: 1, mostBytes: 1000, valueBytes: 10);
        var first = await window.EnterReadAsync(Cancellation);
        using var stop = new CancellationTokenSource();
        var gone = window.EnterReadAsync(stop.Token);
        var next = window.EnterReadAsync(Cancellation);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        window.Leave(first);
        window.Leave(await next);
        Assert.True(window.EnterReadAsync(Cancellation).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task EnterRead_ManyThreads_NeverMoreThanAllowed()
    {
        var window = Window(mostValues: 3, mostBytes: 1_000_000, valueBytes: 10);
        var (inside, most) = (0, 0);
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (_, token) =>
        {
            var place = await window.EnterReadAsync(token);
            InterlockedMax(ref most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            window.Leave(place);
        });
        Assert.InRange(most, 1, 3);
    }

    private static ValueWindow Window(int mostValues, long mostBytes, int valueBytes)
    {
        var window = new ValueWindow(mostValues, mostBytes);
        for (var i = 0; i < 1000; i++)
            window.Read(valueBytes);
        return window;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen; seen = most)
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
