using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Output;
using Delg.V1;

namespace Delg.Cli.Check;

/// <summary><c>delg check</c>: pictures of which not both halves are kept, or halves of two versions.</summary>
internal sealed class CheckCommand : VerbCommand
{
    private readonly Argument<string?> _collection = new("COLLECTION") { Description = "Collection to check. Left out: all that are listed; one whose deletion broke off is not, and is checked by its name.", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<bool> _mend = new("--mend") { Description = "Remove what is left of them: indexing the pictures again makes them whole." };

    private readonly ServerArguments _server;

    public CheckCommand()
        : base(
            "check",
            "Find pictures that a process that died left half done: local features that no search finds, an entry without local features, which no search " +
            "can verify, or one of each of two versions. Ends with 3 when there are some and they stay.",
            "delg check",
            "delg check holidays --mend")
    {
        Add(_collection);
        Add(_mend);
        _server = new ServerArguments(this, withCollection: false);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await _server.OpenAsync(arguments, terminal, cancellation);
        IReadOnlyList<string> collections = arguments.GetValue(_collection) is { } named
            ? [named]
            : [.. (await connection.Client.ListCollectionsAsync(cancellation)).Select(collection => collection.Name)];
        var reports = new List<CollectionReport>();
        foreach (var collection in collections)
        {
            var report = new CollectionReport(collection);
            var request = new CheckImagesRequest { Collection = collection, Mend = arguments.GetValue(_mend) };
            await foreach (var found in connection.Client.CheckAsync(request, cancellation))
                report.Add(found);
            reports.Add(report);
            foreach (var half in report.Halves)
                terminal.WriteProgressLine($"{collection}/{half.ImageId}: {TextOf(half)}");
        }

        Write(terminal, reports);
        return reports.All(report => report.Halves.All(half => half.Mended)) ? ExitCode.Done : ExitCode.DoneInPart;
    }

    private static string TextOf(HalfReport half) => half.Kept == HalfReport.Mixed
        ? $"its replacement was cut short{(half.Mended ? "; removed" : "")}"
        : $"only its {half.Kept} {(half.Mended ? "was there; removed" : "is there")}";

    private static void Write(Terminal terminal, List<CollectionReport> reports)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new { Collections = reports });
            return;
        }

        foreach (var report in reports)
            terminal.WriteReportLine($"{report.Collection}: {report.Entries} entries, {report.Features} sets of local features, {report.Halves.Count} halves.");
    }

    private sealed class CollectionReport(string collection)
    {
        public string Collection { get; } = collection;

        public long Entries { get; private set; }

        public long Features { get; private set; }

        public List<HalfReport> Halves { get; } = [];

        public void Add(CheckImagesResponse found)
        {
            if (found.Half is { } half)
                Halves.Add(new HalfReport(half.ImageId, KeptOf(half), half.Mended));
            if (found.Summary is { } summary)
                (Entries, Features) = (summary.EntryCount, summary.FeaturesCount);
        }

        private static string KeptOf(HalfImage half) => half.Kept switch
        {
            ImageHalf.Entry => "entry",
            ImageHalf.Mixed => HalfReport.Mixed,
            _ => "features",
        };
    }

    /// <param name="ImageId">The picture.</param>
    /// <param name="Kept"><c>entry</c>, <c>features</c>, or <c>mixed</c>: both, of two versions.</param>
    /// <param name="Mended">It was removed.</param>
    private sealed record HalfReport(string ImageId, string Kept, bool Mended)
    {
        public const string Mixed = "mixed";
    }
}
