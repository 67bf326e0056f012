using System.Diagnostics;
using System.Diagnostics.Metrics;
using Delg.Gateway.Backends;
using Delg.ServiceDefaults.Hosting;

namespace Delg.Gateway.Telemetry;

/// <summary>What the gateway measures itself, under the name <see cref="Name"/>.</summary>
internal sealed class GatewayTelemetry
{
    public const string Name = $"{ServiceHosting.TelemetryName}.Gateway";

    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<int> _candidates;
    private readonly Counter<long> _indexed;

    public GatewayTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _stageDuration = meter.CreateHistogram<double>("gateway.stage.duration", "s", "Time one call to a service took, by stage.");
        _candidates = meter.CreateHistogram<int>("gateway.search.candidates", "{candidate}", "Candidates the global search gave.");
        _indexed = meter.CreateCounter<long>("gateway.images.indexed", "{image}", "Images sent to be indexed, by outcome.");
    }

    public static ActivitySource Source { get; } = new(Name);

    public static string NameOf(Stage stage) => stage switch
    {
        Stage.Extract => "extract",
        Stage.Search => "search",
        Stage.Verify => "verify",
        Stage.Drop => "drop",
        _ => "store",
    };

    public void StageEnded(Stage stage, TimeSpan duration) =>
        _stageDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("stage", NameOf(stage)));

    public void Searched(int candidates) => _candidates.Record(candidates);

    /// <param name="outcome">The outcome or, of a failure, its reason; both are few.</param>
    public void Indexed(string outcome) => _indexed.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
