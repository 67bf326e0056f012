using System.Diagnostics;
using System.Diagnostics.Metrics;
using Delg.Extractor.Queueing;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;

namespace Delg.Extractor.Telemetry;

/// <summary>What the extractor measures itself, under the name <see cref="Name"/>. <c>extractor.pending</c> is the one to scale by.</summary>
internal sealed class ExtractorTelemetry
{
    public const string Name = $"{ServiceHosting.TelemetryName}.Extractor";

    private readonly Histogram<double> _queueDuration;
    private readonly Histogram<double> _inferenceDuration;
    private readonly Histogram<int> _batchSize;
    private readonly Counter<long> _images;

    public ExtractorTelemetry(IMeterFactory meters, ExtractionQueue queue)
    {
        var meter = meters.Create(Name);
        meter.CreateObservableUpDownCounter("extractor.pending", () => queue.Pending, "{image}", "Images that wait for the network, decoding included.");
        _queueDuration = meter.CreateHistogram<double>("extractor.queue.duration", "s", "Time an image waited for the network, by priority.");
        _inferenceDuration = meter.CreateHistogram<double>("extractor.inference.duration", "s", "Time of one pass through the network, the pyramid and selection included.");
        _batchSize = meter.CreateHistogram<int>("extractor.batch.size", "{image}", "Images in one pass through the network.");
        _images = meter.CreateCounter<long>("extractor.images", "{image}", "Images that reached the head of the queue, by outcome.");
    }

    public static ActivitySource Source { get; } = new(Name);

    public void Waited(TimeSpan duration, ExtractionPriority priority) =>
        _queueDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("priority", priority == ExtractionPriority.Ingest ? "ingest" : "query"));

    /// <summary>One pass through the network is over.</summary>
    public void Inferred(TimeSpan duration, int images)
    {
        _inferenceDuration.Record(duration.TotalSeconds);
        _batchSize.Record(images);
    }

    public void Ended(ExtractionOutcome outcome) => _images.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));
}
