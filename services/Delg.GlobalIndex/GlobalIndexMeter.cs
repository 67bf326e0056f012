using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Delg.GlobalIndex;

/// <summary>What the service measures, under the meter <c>Delg.GlobalIndex</c>.</summary>
internal sealed class GlobalIndexMeter
{
    public const string Name = "Delg.GlobalIndex";

    private readonly Histogram<double> _searchDuration;
    private readonly Counter<long> _queries;
    private readonly Counter<long> _written;
    private readonly Counter<long> _deleted;

    public GlobalIndexMeter(IMeterFactory meters, IndexStartup startup)
    {
        var meter = meters.Create(Name);
        _searchDuration = meter.CreateHistogram<double>("delg.global_index.search.duration", "s", "Time of one search call, all its queries together.");
        _queries = meter.CreateCounter<long>("delg.global_index.search.queries", "{query}", "Queries answered.");
        _written = meter.CreateCounter<long>("delg.global_index.entries.written", "{entry}", "Entries added or replaced.");
        _deleted = meter.CreateCounter<long>("delg.global_index.entries.deleted", "{entry}", "Entries removed one by one; dropped collections do not count.");
        meter.CreateObservableGauge(
            "delg.global_index.entries",
            () => startup.EntryCounts().Select(pair => new Measurement<int>(pair.Value, new KeyValuePair<string, object?>("collection", pair.Key))),
            "{entry}", "Entries in each collection.");
    }

    public void Searched(long startTimestamp, int queries)
    {
        _searchDuration.Record(Stopwatch.GetElapsedTime(startTimestamp).TotalSeconds);
        _queries.Add(queries);
    }

    public void Written(int entries) => _written.Add(entries);

    public void Deleted(int entries) => _deleted.Add(entries);
}
