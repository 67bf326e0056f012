using Delg.Cli.Output;
using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.Model.Extraction;

namespace Delg.Cli.Bench.Extract;

/// <summary>Many pictures of ever new sizes: does memory stay where it is?</summary>
internal static class ExtractionSoak
{
    private const int MinSidePixels = 64;
    private const int MaxSidePixels = 384;
    private const int Samples = 10;

    /// <summary>Draws, encodes, decodes and extracts pictures of noise, each of a size of its own.</summary>
    /// <param name="extractor">The network.</param>
    /// <param name="pictures">How many.</param>
    /// <param name="terminal">Where progress goes.</param>
    /// <param name="cancellation">Stops before the next picture.</param>
    /// <returns>Memory after the first picture and after each tenth of them.</returns>
    public static async Task<IReadOnlyList<MemorySample>> RunAsync(DelgExtractor extractor, int pictures, Terminal terminal, CancellationToken cancellation)
    {
        var samples = new List<MemorySample>();
        var random = new Random(1);
        var decoder = new ImageDecoder();
        await WorkProgress.TrackAsync(terminal, "Extracting", pictures, advance => Task.Run(
            () =>
            {
                for (var done = 1; done <= pictures; done++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var picture = new RgbImage(random.Next(MinSidePixels, MaxSidePixels + 1), random.Next(MinSidePixels, MaxSidePixels + 1));
                    random.NextBytes(picture.Pixels);
                    extractor.Extract(decoder.Decode(ImageEncoder.Jpeg(picture)), cancellationToken: cancellation);
                    if (done == 1 || done * Samples / pictures > (done - 1) * Samples / pictures)
                        samples.Add(new MemorySample(done, Environment.WorkingSet / (double)(1 << 20)));
                    advance();
                }
            },
            cancellation));
        return samples;
    }
}
