using Delg.Cli.Output;
using Delg.Evaluation.Protocols;
using Delg.Imaging.Decoding;
using Delg.Model.Extraction;

namespace Delg.Cli.Evaluate;

/// <summary>Extracts every picture of a collection once, or reads what an earlier run kept.</summary>
/// <param name="extractor">The network.</param>
/// <param name="cache">What earlier runs kept; null: nothing.</param>
internal sealed class FolderExtraction(DelgExtractor extractor, FeatureCache? cache)
{
    /// <summary>Pictures worked on at once: while one is in the network, another is read and decoded.</summary>
    private const int InFlight = 2;

    private readonly ImageDecoder _decoder = new();

    /// <summary>Describes all pictures.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="terminal">Where progress goes.</param>
    /// <param name="cancellation">Stops before the next picture.</param>
    /// <returns>One each, in the same order; those that cannot be described carry the reason.</returns>
    public async Task<IReadOnlyList<DescribedImage>> RunAsync(IReadOnlyList<GroupedImage> images, Terminal terminal, CancellationToken cancellation)
    {
        var described = new DescribedImage[images.Count];
        await WorkProgress.TrackAsync(terminal, "Extracting", images.Count, advance => Parallel.ForAsync(
            0,
            images.Count,
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation },
            async (i, stop) =>
            {
                described[i] = await DescribeAsync(images[i], stop);
                advance();
            }));
        return described;
    }

    private async Task<DescribedImage> DescribeAsync(GroupedImage image, CancellationToken cancellation)
    {
        try
        {
            var bytes = await File.ReadAllBytesAsync(image.Path, cancellation);
            var features = Extract(bytes, cancellation);
            return features.Global.Length > 0
                ? new DescribedImage(image, features, null)
                : new DescribedImage(image, null, $"The picture is too small: {features.ImageWidth}x{features.ImageHeight} pixels.");
        }
        catch (Exception failure) when (failure is ImageDecodeException or IOException or UnauthorizedAccessException)
        {
            return new DescribedImage(image, null, failure.Message);
        }
    }

    private ImageFeatures Extract(byte[] bytes, CancellationToken cancellation)
    {
        var kept = cache?.PathFor(bytes);
        if (kept is not null && FeatureCache.Read(kept) is { } known)
            return known;
        var features = extractor.Extract(_decoder.Decode(bytes), cancellationToken: cancellation);
        if (kept is not null)
            FeatureCache.Write(kept, features);
        return features;
    }
}
