using System.Collections.Concurrent;
using Delg.Contracts.Errors;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access.Rates;

/// <summary>Counts the requests of each caller, and holds it to its rate. Each replica of the gateway counts for itself.</summary>
internal sealed class RateLimits(IOptions<RateOptions> options, TimeProvider time)
{
    // A full bucket says nothing that a new one would not: beyond so many, those are dropped.
    private const int MaxBuckets = 10_000;

    private readonly ConcurrentDictionary<(string Caller, double PerSecond), TokenBucket> _buckets = new();

    /// <summary>Counts one request.</summary>
    /// <exception cref="DelgException">RATE_LIMITED, with the time until the next one may come.</exception>
    public void Take(Caller caller)
    {
        var wait = TryTake(caller);
        if (wait > TimeSpan.Zero)
        {
            throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.RateLimited, $"More than {RateOf(caller)} requests a second.")
            {
                RetryDelay = wait,
                Details = new Dictionary<string, string> { ["requests_per_second"] = $"{RateOf(caller)}" },
            };
        }
    }

    /// <summary>Counts one request of a stream: a stream is slowed down where a call of its own would be refused.</summary>
    public async Task WaitAsync(Caller caller, CancellationToken cancellation)
    {
        while (TryTake(caller) is { Ticks: > 0 } wait)
            await Task.Delay(wait, cancellation);
    }

    private TimeSpan TryTake(Caller caller)
    {
        var rate = RateOf(caller);
        if (rate <= 0)
            return TimeSpan.Zero;
        if (!_buckets.TryGetValue((caller.Id, rate), out var bucket))
        {
            DropFullOnes();
            bucket = _buckets.GetOrAdd((caller.Id, rate), new TokenBucket(rate, caller.IsAnonymous ? options.Value.BurstPerAddress : options.Value.BurstPerKey, time));
        }

        return bucket.Take();
    }

    private double RateOf(Caller caller) =>
        caller.IsAnonymous ? options.Value.RequestsPerSecondPerAddress : caller.RequestsPerSecond ?? options.Value.RequestsPerSecondPerKey;

    private void DropFullOnes()
    {
        if (_buckets.Count < MaxBuckets)
            return;
        foreach (var (key, _) in _buckets.Where(pair => pair.Value.IsFull))
            _buckets.TryRemove(key, out _);
    }
}
