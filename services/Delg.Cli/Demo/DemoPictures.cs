using Delg.Cli.Drawing;
using Delg.Cli.Files;
using Delg.Cli.Output;
using Delg.Imaging.Decoding;
using Delg.V1;

namespace Delg.Cli.Demo;

/// <summary>A picture of each query beside its best hit.</summary>
internal static class DemoPictures
{
    /// <summary>Draws one picture an answer, named after the query's group, over what an earlier run left there.</summary>
    /// <param name="folder">Where they go; made when it is not there.</param>
    /// <param name="answers">Answers with the best hit's matches.</param>
    /// <param name="images">All pictures, to find the hits' files.</param>
    /// <param name="terminal">Where progress goes.</param>
    /// <param name="cancellation">Stops before the next picture.</param>
    /// <returns>Full paths, in the order of the answers.</returns>
    public static async Task<IReadOnlyList<string>> DrawAsync(
        DirectoryInfo folder, IReadOnlyList<DemoAnswer> answers, IReadOnlyList<ImageFile> images, Terminal terminal, CancellationToken cancellation)
    {
        folder.Create();
        var pathOf = images.ToDictionary(image => image.Id, image => image.Path, StringComparer.Ordinal);
        var decoder = new ImageDecoder();
        DemoAnswer[] answered = [.. answers.Where(answer => answer.Best is not null && pathOf.ContainsKey(answer.Best.ImageId))];
        var pictures = new string[answered.Length];
        await WorkProgress.TrackAsync(terminal, "Drawing matches", answered.Length, advance => Parallel.ForAsync(0, answered.Length, cancellation, (i, _) =>
        {
            var (answer, best) = (answered[i], answered[i].Best!);
            pictures[i] = Path.Combine(folder.FullName, $"{answer.Query.Group}.png");
            VerifiedPair.Draw(
                pictures[i],
                decoder.DecodeFile(answer.Query.Path),
                decoder.DecodeFile(pathOf[best.ImageId]),
                best.Verification ?? new Verification(),
                $"{answer.Query.Id}  →  {best.ImageId} · similarity {best.Similarity:0.00} · inliers {best.Verification?.Inliers ?? 0}");
            advance();
            return ValueTask.CompletedTask;
        }));
        return pictures;
    }
}
