using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Output;
using Delg.V1;
using Spectre.Console;

namespace Delg.Cli.Duplicates;

/// <summary><c>delg duplicates</c>: the pairs of a collection that show the same.</summary>
internal sealed class DuplicatesCommand : VerbCommand
{
    private readonly Option<string?> _filter = new("--filter") { Description = "Only pictures whose metadata this keeps are looked at.", HelpName = "FILTER" };

    private readonly Option<float> _minSimilarity = new("--min-similarity")
    {
        Description = "Least cosine similarity of a pair, -1 to 1.",
        DefaultValueFactory = _ => 0.8f,
        HelpName = "S",
    };

    private readonly Option<int> _neighbors = new("--neighbors") { Description = "Neighbours looked at for each picture, 1 to 100.", DefaultValueFactory = _ => 10, HelpName = "N" };

    private readonly Option<int> _maxPairs = new("--max-pairs") { Description = "Pairs looked at, at most, 1 to 100000.", DefaultValueFactory = _ => 10_000, HelpName = "N" };

    private readonly Option<bool> _skipVerification = new("--skip-verification") { Description = "Let similarity alone decide, without a geometric comparison." };

    private readonly ServerArguments _server;

    public DuplicatesCommand()
        : base(
            "duplicates",
            "Find the pairs of indexed pictures that show the same: near neighbours, verified against each other.",
            "delg duplicates",
            "delg duplicates --collection holidays --min-similarity 0.9 --json")
    {
        Add(_filter);
        Add(_minSimilarity);
        Add(_neighbors);
        Add(_maxPairs);
        Add(_skipVerification);
        _server = new ServerArguments(this);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var request = new FindDuplicatesRequest
        {
            Collection = _server.Collection(arguments),
            Filter = arguments.GetValue(_filter) ?? "",
            MinSimilarity = arguments.GetRequiredValue(_minSimilarity),
            Neighbors = arguments.GetRequiredValue(_neighbors),
            MaxPairs = arguments.GetRequiredValue(_maxPairs),
            SkipVerification = arguments.GetValue(_skipVerification),
        };
        await using var connection = await _server.OpenAsync(arguments, terminal, cancellation);
        var pairs = new List<DuplicatePair>();
        var summary = new DuplicateSummary();
        await foreach (var found in connection.Client.FindDuplicatesAsync(request, cancellation))
        {
            if (found.Pair is { } pair)
                pairs.Add(pair);
            summary = found.Summary ?? summary;
        }

        Write(terminal, request.Collection, pairs, summary);
        return ExitCode.Done;
    }

    private static void Write(Terminal terminal, string collection, List<DuplicatePair> pairs, DuplicateSummary summary)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new
            {
                Collection = collection,
                Images = summary.ImageCount,
                Pairs = pairs.Select(pair => new
                {
                    pair.ImageId,
                    pair.OtherImageId,
                    pair.Similarity,
                    pair.Verification?.Inliers,
                    pair.Verification?.EffectiveInliers,
                }),
                summary.Truncated,
                Skipped = summary.SkippedCount,
            });
            return;
        }

        var table = new Table().AddColumns("image", "shows the same as", "similarity", "inliers");
        foreach (var pair in pairs)
            table.AddRow(new Text(pair.ImageId), new Text(pair.OtherImageId), new Text($"{pair.Similarity:0.000}"), new Text(pair.Verification is { } compared ? $"{compared.Inliers}" : "-"));
        terminal.Report.Write(table);
        if (summary.SkippedCount > 0)
            terminal.WriteReportLine($"{summary.SkippedCount} pictures could not be compared; delg check names those without local features.");
        terminal.WriteReportLine($"{pairs.Count} pairs among {summary.ImageCount} pictures{(summary.Truncated ? "; there may be more, --max-pairs was reached" : "")}.");
    }
}
