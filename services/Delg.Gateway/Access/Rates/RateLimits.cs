using System.Collections.Concurrent;
using Delg.Contracts.Errors;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access.Rates;

/// <summary>Counts the requests of each caller, and holds it to its rate. Each replica of the gateway counts for itself.</summary>
internal sealed class RateLimits(IOptions<RateOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Caller, double PerSecond), TokenBucket> _buckets = new();
    private readonly Lock _dropping = new();

    /// <summary>Callers counted now.</summary>
    public int CountedCallers => _buckets.Count;

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
            MakeRoom();
            bucket = _buckets.GetOrAdd((caller.Id, rate), new TokenBucket(rate, caller.IsAnonymous ? options.Value.BurstPerAddress : options.Value.BurstPerKey, time));
        }

        return bucket.Take();
    }

    private double RateOf(Caller caller) =>
        caller.IsAnonymous ? options.Value.RequestsPerSecondPerAddress : caller.RequestsPerSecond ?? options.Value.RequestsPerSecondPerKey;

    /// <summary>
    /// Drops half of the buckets where there are too many, and so seldom: the fullest, since a full one says nothing that a new one would
    /// not. Who empties its bucket does not get a new one by calling from many other addresses.
    /// </summary>
    private void MakeRoom()
    {
        var most = options.Value.MaxCountedCallers;
        if (_buckets.Count < most)
            return;
        lock (_dropping)
        {
            if (_buckets.Count < most)
                return;
            var fullestFirst = _buckets.Select(pair => (pair.Key, pair.Value.SecondsUntilFull)).OrderBy(bucket => bucket.SecondsUntilFull).ToList();
            foreach (var (key, _) in fullestFirst.Take((fullestFirst.Count + 1) / 2))
                _buckets.TryRemove(key, out _);
        }
    }
}
