using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Delg.ServiceDefaults.Hosting;

/// <summary>Histograms of our own times: the usual bounds are meant for milliseconds and would put all seconds into the first bucket.</summary>
internal static class DurationBuckets
{
    private static readonly double[] _seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    public static MetricStreamConfiguration? Of(Instrument instrument)
    {
        if (!instrument.Meter.Name.StartsWith(ServiceHosting.TelemetryName, StringComparison.Ordinal))
            return null;
        return instrument.Unit switch
        {
            "s" => new ExplicitBucketHistogramConfiguration { Boundaries = _seconds },
            "ms" => new ExplicitBucketHistogramConfiguration { Boundaries = [.. _seconds.Select(seconds => seconds * 1000)] },
            _ => null,
        };
    }
}
