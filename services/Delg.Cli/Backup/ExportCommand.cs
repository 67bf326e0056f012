using System.CommandLine;
using System.Diagnostics;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Index;
using Delg.Cli.Output;
using Delg.V1;

namespace Delg.Cli.Backup;

/// <summary><c>delg export</c>: a collection into a file.</summary>
internal sealed class ExportCommand : VerbCommand
{
    private readonly Argument<string> _collection = new("COLLECTION") { Description = "Collection to export." };

    private readonly Argument<FileInfo> _file = new("FILE") { Description = "Backup file to write." };

    private readonly Option<string?> _filter = new("--filter") { Description = "Only pictures whose metadata this keeps.", HelpName = "FILTER" };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace FILE when it is there." };

    private readonly ServerArguments _server;

    public ExportCommand()
        : base(
            "export",
            "Write all that is kept of a collection into one file with a checksum: descriptors, local features, metadata, thumbnails, content hashes. 'delg import collection' " +
            "makes it again without photos and without extraction. Ends with 3 when some pictures have no readable local features; the others are in the file.",
            "delg export holidays holidays.delg",
            "delg export default osaka.delg --filter 'city = \"Osaka\"' --server http://127.0.0.1:5100")
    {
        Add(_collection);
        Add(_file);
        Add(_filter);
        Add(_overwrite);
        _server = new ServerArguments(this, withCollection: false);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var file = arguments.GetRequiredValue(_file).FullName;
        if (File.Exists(file) && !arguments.GetValue(_overwrite))
            throw new WrongUsageException($"There is a file '{file}': name another, or say --overwrite.");
        var request = new ExportImagesRequest { Collection = arguments.GetRequiredValue(_collection), Filter = arguments.GetValue(_filter) ?? "" };
        await using var connection = await _server.OpenAsync(arguments, terminal, cancellation);
        var watch = Stopwatch.StartNew();
        var failures = new List<IngestFailure>();
        using var writer = new BackupWriter(file);
        await using var kept = connection.Client.ExportAsync(request, cancellation).GetAsyncEnumerator(cancellation);
        var known = (await kept.MoveNextAsync() ? kept.Current.Collection : null) ?? throw new CommandFailedException("The server did not say what it exports.");
        writer.Write(known);
        // With a filter fewer come: how many is known at the end.
        await WorkProgress.TrackAsync(terminal, "Exporting", (int)Math.Min(known.EntryCount, int.MaxValue), async advance =>
        {
            while (await kept.MoveNextAsync())
            {
                if (kept.Current.Failure is { } failure)
                    failures.Add(new IngestFailure(failure.ImageId, failure.Reason, failure.Message));
                else
                    writer.Write(kept.Current.Image);
                advance();
            }
        });
        var bytes = writer.Finish();
        IngestReport.WriteFailures(failures, terminal);
        Write(terminal, new ExportReport(request.Collection, file, known.ModelId, writer.Images, bytes, watch.Elapsed.TotalSeconds, failures));
        return failures.Count == 0 ? ExitCode.Done : ExitCode.DoneInPart;
    }

    private static void Write(Terminal terminal, ExportReport report)
    {
        if (terminal.IsJson)
            terminal.WriteJson(report);
        else
            terminal.WriteReportLine($"{report.Images} pictures, {report.Bytes / 1e6:0.0} MB in {Duration.InWords(TimeSpan.FromSeconds(report.Seconds))}: {report.File}");
    }

    private sealed record ExportReport(string Collection, string File, string ModelId, long Images, long Bytes, double Seconds, IReadOnlyList<IngestFailure> Failed);
}
