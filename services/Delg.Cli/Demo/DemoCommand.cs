using System.CommandLine;
using System.Diagnostics;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Extraction;
using Delg.Cli.Files;
using Delg.Cli.Index;
using Delg.Cli.Output;
using Delg.Imaging.Scenes;

namespace Delg.Cli.Demo;

/// <summary><c>delg demo</c>: the whole road once, from a folder of photos to verified matches.</summary>
internal sealed class DemoCommand : VerbCommand
{
    private const string Collection = "demo";

    private static readonly string _home = Path.Combine(Path.GetTempPath(), "delg-demo");

    private readonly Argument<DirectoryInfo?> _folder = new("FOLDER")
    {
        Description = "Photos; each subfolder is a group that shows the same thing. Left out: pictures are drawn.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _exit = new("--exit") { Description = "End after the answers instead of serving on." };

    private readonly Option<DirectoryInfo> _pictures = new("--pictures")
    {
        Description = "Folder for the match pictures.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(_home, "pictures")),
        HelpName = "DIR",
    };

    private readonly Option<DirectoryInfo?> _data = new("--data") { Description = "Folder of the stores. Default: a temporary one, removed at the end.", HelpName = "DIR" };

    private readonly Option<int> _groups = new("--groups") { Description = "Groups to draw when no FOLDER is given, 1 to 999.", DefaultValueFactory = _ => new SceneOptions().Groups, HelpName = "N" };

    private readonly Option<int> _views = new("--views") { Description = "Pictures to draw of each group, 2 to 99.", DefaultValueFactory = _ => new SceneOptions().ViewsPerGroup, HelpName = "N" };

    private readonly Option<int> _inFlight = InFlightOption.Create();

    private readonly Option<FileInfo?> _model = ModelOption.Create();

    public DemoCommand()
        : base(
            "demo",
            "Start the whole system, index a folder of photos (or pictures drawn for the purpose), ask one question a group, show the answers and draw " +
            "the matches; then serve on until Ctrl+C.",
            "delg demo",
            "delg demo ~/Pictures/landmarks --exit --pictures matches")
    {
        Add(_folder);
        Add(_exit);
        Add(_pictures);
        Add(_data);
        Add(_groups);
        Add(_views);
        Add(_inFlight);
        Add(_model);
        _groups.Within(1, 999);
        _views.Within(2, 99);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var images = ImageFiles.Below(await FolderAsync(arguments, terminal, cancellation));
        using var temporary = arguments.GetValue(_data) is null ? new TemporaryFolder(_home) : null;
        var dataFolder = arguments.GetValue(_data)?.FullName ?? temporary!.Path;

        terminal.WriteProgressLine("Starting the system…");
        var system = await EmbeddedSystem.StartAsync(new EmbeddedSystemOptions(dataFolder) { Model = arguments.GetValue(_model) }, cancellation);
        await using var connection = SearchConnection.ToSystem(system);
        using var note = EndpointFile.Announce(dataFolder, system.Address);
        var ingest = await new FolderIngest(connection.Client, Collection, arguments.GetRequiredValue(_inFlight)).RunAsync(images, terminal, cancellation);
        ingest.WriteFailures(terminal);

        var failed = ingest.Failures.Select(failure => failure.ImageId).ToHashSet(StringComparer.Ordinal);
        ImageFile[] indexed = [.. images.Where(image => !failed.Contains(image.Id))];
        var queries = DemoSearch.QueriesOf(indexed);
        if (queries.Count == 0)
            terminal.WriteProgressLine("No subfolder holds two photos, so there is nothing to ask.");
        var answers = await new DemoSearch(connection.Client, Collection).AskAsync(queries, terminal, cancellation);
        var pictures = await DemoPictures.DrawAsync(arguments.GetRequiredValue(_pictures), answers, indexed, terminal, cancellation);
        Write(terminal, new DemoOutcome(ingest, answers, pictures, watch.Elapsed, system), arguments.GetRequiredValue(_pictures));
        if (!arguments.GetValue(_exit))
            await system.WaitForStopAsync(terminal, cancellation);
        return ingest.ExitCode;
    }

    private async Task<DirectoryInfo> FolderAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        if (arguments.GetValue(_folder) is { } folder)
            return folder;
        var scenes = new DirectoryInfo(Path.Combine(_home, "scenes"));
        var options = new SceneOptions { Groups = arguments.GetRequiredValue(_groups), ViewsPerGroup = arguments.GetRequiredValue(_views) };
        await DemoScenes.DrawAsync(scenes, options, terminal, cancellation);
        return scenes;
    }

    private static void Write(Terminal terminal, DemoOutcome outcome, DirectoryInfo pictureFolder)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(outcome.ToReport());
            return;
        }

        terminal.Report.Write(DemoReport.TableOf(outcome.Answers));
        terminal.WriteReportLine(
            $"{outcome.Right} of {outcome.Answers.Count} best hits are of the query's group; {outcome.Ingest.Images} pictures, {Duration.InWords(outcome.Time)} in all.");
        terminal.WriteReportLine($"Match pictures: {pictureFolder.FullName}");
    }
}
