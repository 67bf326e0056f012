using System.CommandLine;
using System.Diagnostics;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Files;
using Delg.Cli.Output;

namespace Delg.Cli.Index;

/// <summary><c>delg index</c>: every picture below a folder into a collection.</summary>
internal sealed class IndexCommand : VerbCommand
{
    private readonly Argument<string> _source = new("DIR|LIST")
    {
        Description =
            "Folder, from which pictures at any depth are taken: a picture's id is its path below it, with '/'. Or a text file with a picture's path a line, relative to that " +
            "file: the id is the path as written, or what stands after a tab. '-' reads such lines from standard input.",
    };

    private readonly MetadataOption _metadata;

    private readonly Option<int> _inFlight = InFlightOption.Create();

    private readonly ServerArguments _server;

    public IndexCommand()
        : base(
            "index",
            "Index the pictures of a folder or a list. Those that are indexed already and have not changed are passed over, so it can be run again at any time. " +
            "Ends with 3 when some pictures failed; the report names them.",
            "delg index ~/Pictures",
            "delg index ~/Pictures/oslo --set city=Oslo --set year=1990",
            "find . -name '*.jpg' -mtime -1 | delg index -",
            "delg index ~/Pictures --collection holidays --server http://127.0.0.1:5100")
    {
        Add(_source);
        _metadata = new MetadataOption(this);
        Add(_inFlight);
        _server = new ServerArguments(this);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var collection = _server.Collection(arguments);
        var metadata = _metadata.Read(arguments);
        var images = await ImagesAsync(arguments.GetRequiredValue(_source), cancellation);
        await using var connection = await _server.OpenAsync(arguments, terminal, cancellation);
        var watch = Stopwatch.StartNew();
        var ingest = new FolderIngest(connection.Client, collection, arguments.GetRequiredValue(_inFlight), metadata);
        var report = await ingest.RunAsync(images, terminal, cancellation);
        Write(terminal, collection, report, watch.Elapsed);
        return report.ExitCode;
    }

    private static async Task<IReadOnlyList<ImageFile>> ImagesAsync(string source, CancellationToken cancellation)
    {
        if (source == "-")
            return await ImageList.ReadAsync(Console.In, Environment.CurrentDirectory, cancellation);
        if (!File.Exists(source))
            return ImageFiles.Below(new DirectoryInfo(source));
        using var list = File.OpenText(source);
        return await ImageList.ReadAsync(list, Path.GetDirectoryName(Path.GetFullPath(source))!, cancellation);
    }

    private static void Write(Terminal terminal, string collection, IngestReport report, TimeSpan time)
    {
        report.WriteFailures(terminal);
        if (terminal.IsJson)
        {
            terminal.WriteJson(new
            {
                Collection = collection,
                report.Images,
                report.Added,
                report.Replaced,
                report.Unchanged,
                report.LocalFeatures,
                Seconds = time.TotalSeconds,
                Failed = report.Failures,
            });
        }
        else
        {
            terminal.WriteReportLine(
                $"{report.Images} pictures in {Duration.InWords(time)}: {report.InWords()}.");
        }
    }
}
