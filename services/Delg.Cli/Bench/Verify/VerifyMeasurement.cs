using System.Diagnostics;
using Delg.V1;

namespace Delg.Cli.Bench.Verify;

/// <summary>
/// One query against the same candidates from several places, one after the other in every round: a machine that is now faster and now slower is so
/// for all of them, and what a store adds is seen in each round by itself.
/// </summary>
/// <param name="query">The query's features.</param>
/// <param name="truePercent">Features of a candidate that show what the query shows, in percent.</param>
internal sealed class VerifyMeasurement(LocalFeatures query, int truePercent)
{
    // Before the clock starts: compilation, pools, file caches.
    private const int WarmUpRounds = 2;

    private static readonly int[] _concurrencies = [1, 8];

    private readonly List<Place> _places = [];

    /// <summary>Adds a place that candidates come from; times of the others are compared with the first one's.</summary>
    public void Add(string name, VerifierUnderTest verifier, IReadOnlyList<VerificationCandidate> candidates) => _places.Add(new Place(name, verifier, candidates));

    /// <summary>A row for each number of queries at once and each place.</summary>
    /// <param name="queries">Queries to measure for each row, at least 1.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyList<VerifyBenchRow>> RunAsync(int queries, CancellationToken cancellation)
    {
        // As many at once as will be measured: fewer would leave pools that grow under the clock.
        for (var i = 0; i < WarmUpRounds; i++)
        {
            foreach (var place in _places)
                await VerifyAsync(place, _concurrencies.Max(), cancellation);
        }

        var rows = new List<VerifyBenchRow>();
        foreach (var concurrency in _concurrencies)
        {
            var rounds = (queries + concurrency - 1) / concurrency;
            var samples = Array.ConvertAll(new Sample[_places.Count][], _ => new Sample[rounds]);
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < _places.Count; i++)
                    samples[i][round] = await VerifyAsync(_places[i], concurrency, cancellation);
            }

            rows.AddRange(_places.Select((place, i) => Row(place, concurrency, samples[i], samples[0])));
        }

        return rows;
    }

    private async Task<Sample> VerifyAsync(Place place, int concurrency, CancellationToken cancellation)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        var verified = await Task.WhenAll(
            Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => place.Verifier.VerifyAsync(query, place.Candidates, cancellation), cancellation)));
        var ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return new Sample(ms / concurrency, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / concurrency, verified[0]);
    }

    private VerifyBenchRow Row(Place place, int concurrency, Sample[] samples, Sample[] first) => new(
        query.Encoding.ToString().ToLowerInvariant(), truePercent, place.Name, concurrency, place.Candidates.Count, query.Scores.Count,
        Median(samples.Select(sample => sample.Ms)), Median(samples.Zip(first, (sample, other) => sample.Ms / other.Ms)),
        (long)samples.Average(sample => sample.AllocatedBytes), samples[0].Verified);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed record Place(string Name, VerifierUnderTest Verifier, IReadOnlyList<VerificationCandidate> Candidates);

    private readonly record struct Sample(double Ms, long AllocatedBytes, int Verified);
}
