using System.Diagnostics;
using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.Model.Extraction;

namespace Delg.Cli.Bench.Extract;

/// <summary>Measures extractions of one picture with one extractor.</summary>
/// <param name="extractor">Resizes to <paramref name="side"/>.</param>
/// <param name="trunk">Its trunk alone.</param>
/// <param name="plain">The same in plain float32.</param>
/// <param name="picture">The encoded picture.</param>
/// <param name="side">Larger side after resizing, pixels.</param>
/// <param name="repeats">Times each is measured; the median counts.</param>
internal sealed class ExtractionBench(DelgExtractor extractor, TrunkForward trunk, TrunkForward plain, byte[] picture, int side, int repeats)
{
    private readonly ImageDecoder _decoder = new();

    /// <summary>Of one picture; the baseline is the same whatever the batch.</summary>
    private double? _plainMs;

    /// <summary>Measures batches of one size.</summary>
    public async Task<ExtractBenchRow> MeasureAsync(int batch, CancellationToken cancellation)
    {
        var decoded = _decoder.Decode(picture);
        var prepared = Enumerable.Repeat(extractor.Prepare(decoded, new FeatureRequest()), batch).ToArray();
        var (width, height) = SizeOf(decoded);
        // The first pass at a size makes oneDNN's kernels for it.
        extractor.Extract(prepared, cancellationToken: cancellation);
        trunk.Run(width, height, batch);

        var (whole, passes, decodes, resizes) = (new double[repeats], new double[repeats], new double[repeats], new double[repeats]);
        var stages = new StageTimes[repeats];
        for (var i = 0; i < repeats; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            // In turn, so that a machine that slows down or is disturbed does the same to all of them.
            decodes[i] = Milliseconds(() => _decoder.Decode(picture));
            resizes[i] = Milliseconds(() => extractor.Prepare(decoded, new FeatureRequest()));
            stages[i] = new StageTimes();
            whole[i] = Milliseconds(() => extractor.Extract(prepared, stages[i], cancellation)) / batch;
            passes[i] = trunk.Run(width, height, batch).TotalMilliseconds / batch;
        }

        return new ExtractBenchRow
        {
            Side = side,
            Width = width,
            Height = height,
            Scales = extractor.Manifest.Scales.Count,
            GlobalScales = extractor.Manifest.GlobalScaleIndices.Count,
            Batch = batch,
            Precision = extractor.Precision == InferencePrecision.BFloat16 ? "bfloat16" : "float32",
            MsPerImage = Median(whole),
            TrunkMs = Median(passes),
            TrunkFloat32Ms = _plainMs ??= PlainMs(width, height),
            DecodeMs = Median(decodes),
            ResizeMs = Median(resizes),
            PyramidMs = Median(stages.Select(times => times.Pyramid.TotalMilliseconds / batch)),
            NetworkMs = Median(stages.Select(times => times.Network.TotalMilliseconds / batch)),
            SelectMs = Median(stages.Select(times => times.Select.TotalMilliseconds / batch)),
            EncodeMs = Median(stages.Select(times => times.Encode.TotalMilliseconds / batch)),
            ImagesPerSecond = await RateAsync(batch, cancellation),
        };
    }

    /// <summary>Pictures a second from encoded bytes to features, the next batch decoded and shrunk while the network works on one.</summary>
    private async Task<double> RateAsync(int batch, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var next = Task.Run(PrepareBatch, cancellation);
        for (var i = 0; i < repeats; i++)
        {
            var current = await next;
            if (i + 1 < repeats)
                next = Task.Run(PrepareBatch, cancellation);
            extractor.Extract(current, cancellationToken: cancellation);
        }

        return repeats * batch / Stopwatch.GetElapsedTime(start).TotalSeconds;

        PreparedPicture[] PrepareBatch() =>
            [.. Enumerable.Range(0, batch).Select(_ => extractor.Prepare(_decoder.Decode(picture), new FeatureRequest()))];
    }

    private double PlainMs(int width, int height)
    {
        plain.Run(width, height, batch: 1);
        return Median(Enumerable.Range(0, repeats).Select(_ => plain.Run(width, height, batch: 1).TotalMilliseconds));
    }

    private (int Width, int Height) SizeOf(RgbImage decoded)
    {
        var factor = Math.Min(1, (double)side / Math.Max(decoded.Width, decoded.Height));
        return ((int)Math.Round(decoded.Width * factor), (int)Math.Round(decoded.Height * factor));
    }

    private static double Milliseconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
