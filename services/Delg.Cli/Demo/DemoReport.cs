using Delg.Cli.Output;
using Delg.V1;
using Spectre.Console;

namespace Delg.Cli.Demo;

/// <summary>The demo's answers as a table.</summary>
internal static class DemoReport
{
    /// <summary>With more queries than this only the best hit of each is shown.</summary>
    private const int MaxDetailedQueries = 20;

    private const int HitsInDetail = 3;

    public static Table TableOf(IReadOnlyList<DemoAnswer> answers)
    {
        var shown = answers.Count <= MaxDetailedQueries ? HitsInDetail : 1;
        var table = new Table { ShowRowSeparators = shown > 1 }
            .AddColumns("query", shown > 1 ? "best hits" : "best hit")
            .AddColumn(new TableColumn("similarity").RightAligned())
            .AddColumn(new TableColumn("inliers").RightAligned())
            .AddColumn("")
            .AddColumn(new TableColumn("time").RightAligned());
        foreach (var answer in answers)
        {
            Hit[] hits = [.. answer.Hits.Take(shown)];
            table.AddRow(
                new Text(answer.Query.Id),
                Lines(hits, hit => hit.ImageId),
                Lines(hits, hit => $"{hit.Similarity:0.000}"),
                Lines(hits, hit => hit.Verification is null ? "-" : $"{hit.Verification.Inliers}"),
                new Markup(string.Join('\n', hits.Select(hit => answer.IsOfGroup(hit) ? "[green]right[/]" : "[red]wrong[/]"))),
                new Text(Duration.InWords(answer.Time)));
        }

        return table;
    }

    private static Text Lines(IEnumerable<Hit> hits, Func<Hit, string> line) => new(string.Join('\n', hits.Select(line)));
}
