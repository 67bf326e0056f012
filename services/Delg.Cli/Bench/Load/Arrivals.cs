using System.Diagnostics;

namespace Delg.Cli.Bench.Load;

/// <summary>
/// Calls that come when they come, whatever became of those before: their times are fixed in advance, and a call's time counts from its own,
/// so that a system that falls behind is seen to.
/// </summary>
internal static class Arrivals
{
    /// <summary>Times of independent callers (exponential gaps), ascending; the same numbers give the same times.</summary>
    /// <param name="rate">Calls a second, on average.</param>
    /// <param name="seconds">Times lie between 0 and this.</param>
    /// <param name="seed">Start of the draw.</param>
    public static IReadOnlyList<TimeSpan> Random(double rate, double seconds, int seed)
    {
        var random = new Random(seed);
        var times = new List<TimeSpan>();
        for (var at = Gap(); at < seconds; at += Gap())
            times.Add(TimeSpan.FromSeconds(at));
        return times;

        double Gap() => -Math.Log(1 - random.NextDouble()) / rate;
    }

    /// <summary>Times with the same gap between all of them, the first after half of one.</summary>
    public static IReadOnlyList<TimeSpan> Even(double rate, double seconds) =>
        [.. Enumerable.Range(0, (int)(rate * seconds)).Select(i => TimeSpan.FromSeconds((i + 0.5) / rate))];

    /// <summary>Starts each call at its time, and waits for all of them.</summary>
    /// <param name="times">Ascending, from now.</param>
    /// <param name="call">Gets the number of a call and the time (<see cref="Stopwatch"/>) it was due. Must not throw.</param>
    /// <param name="cancellation">Starts no more calls.</param>
    /// <returns>What the calls returned, in their order.</returns>
    public static async Task<IReadOnlyList<T>> RunAsync<T>(IReadOnlyList<TimeSpan> times, Func<int, long, Task<T>> call, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        // A thread of its own: a system in the same process may keep the pool's busy, and must not hold its own load back with that.
        var calls = await Task.Factory.StartNew(
            () =>
            {
                var started = new List<Task<T>>(times.Count);
                for (var i = 0; i < times.Count && !cancellation.IsCancellationRequested; i++)
                {
                    var left = times[i] - Stopwatch.GetElapsedTime(start);
                    if (left > TimeSpan.Zero && cancellation.WaitHandle.WaitOne(left))
                        break;
                    started.Add(call(i, start + (long)(times[i].TotalSeconds * Stopwatch.Frequency)));
                }

                return started;
            },
            cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var results = await Task.WhenAll(calls);
        cancellation.ThrowIfCancellationRequested();
        return results;
    }
}
