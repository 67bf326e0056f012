using System.Numerics.Tensors;
using Delg.Cli.Output;
using Delg.Imaging.Decoding;
using Delg.Model.Extraction;

namespace Delg.Cli.Bench.Extract;

/// <summary>How far features in bfloat16 are those in float32.</summary>
internal sealed record PrecisionAgreement
{
    /// <summary>Photos compared.</summary>
    public required int Images { get; init; }

    /// <summary>Larger side they were resized to, pixels.</summary>
    public required int Side { get; init; }

    /// <summary>Cosine of the two global descriptors, mean over photos.</summary>
    public required double CosineMean { get; init; }

    public required double CosineMin { get; init; }

    /// <summary>Share of the local features that lie at the same position and scale in both, mean over photos.</summary>
    public required double SameKeypointsMean { get; init; }

    public required double SameKeypointsMin { get; init; }

    /// <summary>Extracts each photo in both.</summary>
    public static async Task<PrecisionAgreement> MeasureAsync(
        DelgExtractor exact, DelgExtractor rounded, IReadOnlyList<string> photos, Terminal terminal, CancellationToken cancellation)
    {
        var decoder = new ImageDecoder();
        var (cosines, shares) = (new List<double>(), new List<double>());
        await WorkProgress.TrackAsync(terminal, "Comparing", photos.Count, advance => Task.Run(
            () =>
            {
                foreach (var photo in photos)
                {
                    var picture = decoder.DecodeFile(photo);
                    var a = exact.Extract(picture, cancellationToken: cancellation);
                    var b = rounded.Extract(picture, cancellationToken: cancellation);
                    cosines.Add(TensorPrimitives.CosineSimilarity<float>(a.Global, b.Global));
                    shares.Add(SameKeypoints(a, b));
                    advance();
                }
            },
            cancellation));
        return new PrecisionAgreement
        {
            Images = photos.Count,
            Side = exact.Manifest.MaxImageSizePixels,
            CosineMean = cosines.Average(),
            CosineMin = cosines.Min(),
            SameKeypointsMean = shares.Average(),
            SameKeypointsMin = shares.Min(),
        };
    }

    private static double SameKeypoints(ImageFeatures a, ImageFeatures b)
    {
        var same = Positions(a).Intersect(Positions(b)).Count();
        return Math.Max(a.Count, b.Count) == 0 ? 1 : (double)same / Math.Max(a.Count, b.Count);

        static IEnumerable<(float X, float Y, float Scale)> Positions(ImageFeatures features) =>
            Enumerable.Range(0, features.Count).Select(i => (features.Keypoints[2 * i], features.Keypoints[2 * i + 1], features.Scales[i]));
    }
}
