using System.Diagnostics;

namespace Delg.Cli.Bench.Load;

/// <summary>The parts of a run, one after the other.</summary>
internal sealed class LoadPhases(LoadCalls calls, LoadSettings settings)
{
    public const string Features = "features";
    public const string Services = "services";
    public const string Image = "image";

    // Compilation, pools, connections, file caches: before the clock starts.
    private const int WarmUpSearches = 40;

    // Searches by photo that say how long one takes.
    private const int CapacitySearches = 5;

    // Of what the extractor can do: searches by photo that look for the end of an overload.
    private const double ProbeShare = 0.4;

    // A search is as fast as before when it takes no longer than this times the time before.
    private const double NormalFactor = 1.5;
    private const int NormalInARow = 3;

    public async Task WarmUpAsync()
    {
        for (var i = 0; i < WarmUpSearches; i++)
        {
            await calls.ByFeaturesAsync(i, Stopwatch.GetTimestamp());
            await calls.WithoutGatewayAsync(i, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Steady load.</summary>
    /// <param name="query">Kind of call.</param>
    /// <param name="rate">Calls a second.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<LoadBenchRow> SteadyAsync(string query, double rate, double seconds, CancellationToken cancellation)
    {
        var times = Arrivals.Random(rate, seconds, seed: 1);
        return LoadBenchRow.Of(query, settings.Entries, rate, await Arrivals.RunAsync(times, CallOf(query), cancellation));
    }

    /// <summary>Searches by photo, so many times what the extractor can do, with searches by features beside them; then a few, until all is as before.</summary>
    /// <param name="factor">How many times.</param>
    /// <param name="featuresRate">Searches by features a second.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<LoadOverload> OverloadAsync(double factor, double featuresRate, double seconds, CancellationToken cancellation)
    {
        var normal = new List<double>();
        for (var i = 0; i < CapacitySearches; i++)
            normal.Add((await calls.ByImageAsync(i, Stopwatch.GetTimestamp())).Milliseconds);
        var usualMs = Quantiles.Of(normal, 0.5)!.Value;
        var capacity = 1000 / usualMs;

        var features = Arrivals.RunAsync(Arrivals.Random(featuresRate, seconds, seed: 2), calls.ByFeaturesAsync, cancellation);
        var photos = Arrivals.RunAsync(Arrivals.Random(factor * capacity, seconds, seed: 3), calls.ByImageAsync, cancellation);
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        var recovery = await RecoverAsync(capacity * ProbeShare, NormalFactor * usualMs, cancellation);
        var ended = await photos;
        return new LoadOverload
        {
            Capacity = capacity,
            Rate = factor * capacity,
            Seconds = seconds,
            DeadlineSeconds = settings.DeadlineSeconds,
            Sent = ended.Count,
            Answered = ended.Count(call => call.Outcome == LoadOutcome.Answered),
            Rejected = ended.Count(call => call.Outcome == LoadOutcome.Rejected),
            Late = ended.Count(call => call.Outcome == LoadOutcome.Late),
            Failed = ended.Count(call => call.Outcome == LoadOutcome.Failed),
            RejectedP50Ms = Quantile(ended, LoadOutcome.Rejected, 0.5),
            RejectedP99Ms = Quantile(ended, LoadOutcome.Rejected, 0.99),
            AnsweredP50Ms = Quantile(ended, LoadOutcome.Answered, 0.5),
            FeaturesP50Ms = Quantile(await features, LoadOutcome.Answered, 0.5),
            RecoverySeconds = recovery,
        };
    }

    /// <summary>Searches by photo at a rate the extractor can do.</summary>
    /// <returns>Seconds until the first of several in a row that took no longer than a limit was due; null: there were none.</returns>
    private async Task<double?> RecoverAsync(double rate, double limitMs, CancellationToken cancellation)
    {
        using var recovered = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var times = Arrivals.Even(rate, settings.RecoverySeconds);
        var isNormal = new bool[times.Count];
        int? first = null;
        try
        {
            await Arrivals.RunAsync(
                times,
                async (number, due) =>
                {
                    var call = await calls.ByImageAsync(number, due);
                    lock (isNormal)
                    {
                        isNormal[number] = call.Outcome == LoadOutcome.Answered && call.Milliseconds <= limitMs;
                        for (var i = NormalInARow - 1; i < times.Count && first is null; i++)
                        {
                            if (isNormal.AsSpan(i - NormalInARow + 1, NormalInARow).IndexOf(false) < 0)
                                first = i - NormalInARow + 1;
                        }
                    }

                    if (first is not null)
                        await recovered.CancelAsync();
                    return call;
                },
                recovered.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // As before: no more need be asked.
        }

        return first is { } probe ? times[probe].TotalSeconds : null;
    }

    private Func<int, long, Task<LoadCall>> CallOf(string query) => query switch
    {
        Features => calls.ByFeaturesAsync,
        Services => calls.WithoutGatewayAsync,
        _ => calls.ByImageAsync,
    };

    private static double? Quantile(IReadOnlyList<LoadCall> ended, LoadOutcome outcome, double share) =>
        Quantiles.Of(ended.Where(call => call.Outcome == outcome).Select(call => call.Milliseconds), share);
}
