using System.Diagnostics;
using Delg.Cli.Drawing;
using Delg.Cli.Files;
using Delg.Cli.Output;
using Delg.Contracts.Client;
using Delg.V1;

namespace Delg.Cli.Demo;

/// <summary>Asks one question a group, and draws the best answers.</summary>
/// <param name="client">The image search that holds the pictures.</param>
/// <param name="collection">Where they are.</param>
internal sealed class DemoSearch(DelgClient client, string collection)
{
    /// <summary>Hits asked for.</summary>
    private const int TopK = 5;

    /// <summary>The questions: the first photo of each group that has more than one.</summary>
    public static IReadOnlyList<ImageFile> QueriesOf(IEnumerable<ImageFile> images) =>
        [.. images.Where(image => image.Group.Length > 0).GroupBy(image => image.Group, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).Select(group => group.First())];

    /// <summary>Asks by image id, so that a photo is left out of its own answer.</summary>
    public async Task<IReadOnlyList<DemoAnswer>> AskAsync(IReadOnlyList<ImageFile> queries, Terminal terminal, CancellationToken cancellation)
    {
        var answers = new List<DemoAnswer>();
        await WorkProgress.TrackAsync(terminal, "Searching", queries.Count, async advance =>
        {
            foreach (var query in queries)
            {
                var watch = Stopwatch.StartNew();
                var request = new SearchImagesRequest
                {
                    Collection = collection,
                    ImageId = query.Id,
                    TopK = TopK,
                    Verification = new VerificationOptions { MaxExplainedMatches = VerifiedPair.Matches },
                };
                var answer = await client.SearchAsync(request, cancellation);
                answers.Add(new DemoAnswer(query, answer.Hits, watch.Elapsed));
                advance();
            }
        });
        return answers;
    }
}
