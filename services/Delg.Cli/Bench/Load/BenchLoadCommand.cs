using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Extraction;
using Delg.Cli.Files;
using Delg.Cli.Output;

namespace Delg.Cli.Bench.Load;

/// <summary><c>delg bench load</c>: steady searches against a whole system, what its gateway costs, and what it does when too much is asked.</summary>
internal sealed class BenchLoadCommand : VerbCommand
{
    private readonly Option<int> _entries = new("--entries") { Description = "Synthetic entries, in the index and in the verifier's store.", DefaultValueFactory = _ => 10_000, HelpName = "N" };

    private readonly Option<DirectoryInfo?> _images = new("--images") { Description = "Folder of photos. Default: photos are drawn.", HelpName = "DIR" };

    private readonly Option<int> _photos = new("--photos") { Description = "Photos indexed beside the synthetic entries, at most.", DefaultValueFactory = _ => 24, HelpName = "N" };

    private readonly Option<int> _queries = new("--queries") { Description = "Of these, photos asked for, in turn.", DefaultValueFactory = _ => 8, HelpName = "N" };

    private readonly Option<int> _candidates = new("--candidates") { Description = "Candidates of a search that are verified.", DefaultValueFactory = _ => 100, HelpName = "N" };

    private readonly Option<int> _farFeatures = new("--far-features")
    {
        Description = "Local features of a synthetic entry that no query meets. Those that are met have all features of a photo. 100000 entries with 32 take 0.5 GB.",
        DefaultValueFactory = _ => 32,
        HelpName = "N",
    };

    private readonly Option<double[]> _rates = new("--rates")
    {
        Description = "Searches by features a second, a row for each; 0: none.",
        DefaultValueFactory = _ => [2, 4],
        AllowMultipleArgumentsPerToken = true,
        HelpName = "R",
    };

    private readonly Option<double> _imageRate = new("--image-rate") { Description = "Searches by photo a second; 0: none.", DefaultValueFactory = _ => 0.3, HelpName = "R" };

    private readonly Option<double> _seconds = new("--seconds") { Description = "Length of each row.", DefaultValueFactory = _ => 20, HelpName = "S" };

    private readonly Option<double> _overload = new("--overload")
    {
        Description = "Searches by photo at so many times the rate at which the extractor can do them, for as long as a row; 0: none.",
        DefaultValueFactory = _ => 10,
        HelpName = "X",
    };

    private readonly Option<double> _deadline = new("--deadline-seconds") { Description = "Deadline of each call.", DefaultValueFactory = _ => 10, HelpName = "S" };

    private readonly Option<double> _recovery = new("--recovery-seconds")
    {
        Description = "Longest wait, after an overload, for searches as fast as before it.",
        DefaultValueFactory = _ => 90,
        HelpName = "S",
    };

    private readonly Option<DirectoryInfo?> _data = new("--data")
    {
        Description = "Folder to keep the filled collection in for another run. Default: a temporary one, removed at the end.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _server = new("--server")
    {
        Description = "gRPC address of a running gateway with PassThrough on; the collection is dropped at the end. Default: all services inside this process, over loopback.",
        HelpName = "URL",
    };

    private readonly Option<FileInfo?> _model = ModelOption.Create();

    public BenchLoadCommand()
        : base(
            "load",
            "Search a filled system at given rates, by features and by photo, and ask too much of it: p50 and p99 from the time each call was due, what the gateway takes " +
            "beside its stages, how fast refusals come, and how soon all is as before.",
            "delg bench load",
            "delg bench load --entries 100000 --data /var/tmp/load --json",
            "delg bench load --server http://127.0.0.1:5100 --images ~/Pictures --rates 5 10 20 --overload 0")
    {
        foreach (var option in (Option[])
            [_entries, _images, _photos, _queries, _candidates, _farFeatures, _rates, _imageRate, _seconds, _overload, _deadline, _recovery, _data, _server, _model])
        {
            Add(option);
        }

        _entries.Within(1, 10_000_000);
        _photos.Within(2, 1000);
        _queries.Within(1, 1000);
        _candidates.Within(1, 1000);
        _farFeatures.Within(1, 10_000);
        _imageRate.Within(0, 1000);
        _seconds.Within(0.1, 3600);
        _overload.Within(0, 1000);
        _deadline.Within(0.1, 3600);
        _recovery.Within(0.1, 3600);
        _rates.Within(0, 100_000);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var count = arguments.GetValue(_photos);
        var photos = arguments.GetValue(_images) is { } folder ? LoadPhoto.Read(folder, count) : LoadPhoto.Draw(count);
        var candidates = arguments.GetValue(_candidates);
        var settings = new LoadSettings
        {
            Entries = arguments.GetValue(_entries),
            Queries = Math.Min(arguments.GetValue(_queries), photos.Count),
            Candidates = candidates,
            NearEntries = candidates * 3 / 2,
            FarFeatures = arguments.GetValue(_farFeatures),
            DeadlineSeconds = arguments.GetValue(_deadline),
            RecoverySeconds = arguments.GetValue(_recovery),
        };
        using var temporary = arguments.GetValue(_data) is null && arguments.GetValue(_server) is null ? new TemporaryFolder(Path.GetTempPath()) : null;
        await using var system = arguments.GetValue(_server) is { } server
            ? await LoadSystem.ConnectAsync(server, cancellation)
            : await LoadSystem.StartAsync(temporary?.Path ?? arguments.GetValue(_data)!.FullName, arguments.GetValue(_model), cancellation);
        var collection = new LoadCollection(system, settings, photos);
        try
        {
            var queries = await collection.FillAsync(terminal, cancellation);
            var phases = new LoadPhases(new LoadCalls(system, collection.Name, queries, settings), settings);
            var (rows, overload) = await MeasureAsync(arguments, phases, terminal, cancellation);
            new LoadBenchReport
            {
                Processors = Environment.ProcessorCount,
                Entries = settings.Entries,
                Photos = photos.Count,
                Candidates = settings.Candidates,
                Features = queries.Average(query => query.Local.Scores.Count),
                FarFeatures = settings.FarFeatures,
                Rows = rows,
                Overload = overload,
            }.Write(terminal);
            return ExitCode.Done;
        }
        finally
        {
            if (system.IsShared && collection.Name.Length > 0)
                await collection.DropAsync(CancellationToken.None);
        }
    }

    private async Task<(IReadOnlyList<LoadBenchRow> Rows, LoadOverload? Overload)> MeasureAsync(
        ParseResult arguments, LoadPhases phases, Terminal terminal, CancellationToken cancellation)
    {
        var seconds = arguments.GetValue(_seconds);
        double[] rates = [.. arguments.GetRequiredValue(_rates).Where(rate => rate > 0)];
        await phases.WarmUpAsync();
        var rows = new List<LoadBenchRow>();
        IEnumerable<(string Query, double Rate)> steady =
        [
            .. rates.SelectMany(rate => new[] { (LoadPhases.Services, rate), (LoadPhases.Features, rate) }),
            (LoadPhases.Image, arguments.GetValue(_imageRate)),
        ];
        foreach (var (query, rate) in steady.Where(row => row.Rate > 0))
        {
            terminal.WriteProgressLine($"{rate:0.##} a second by {query} for {seconds:0.#} s …");
            rows.Add(await phases.SteadyAsync(query, rate, seconds, cancellation));
        }

        LoadOverload? overload = null;
        if (arguments.GetValue(_overload) is > 0 and var factor)
        {
            terminal.WriteProgressLine($"{factor:0.##} times what the extractor can do for {seconds:0.#} s …");
            overload = await phases.OverloadAsync(factor, rates.DefaultIfEmpty(1).First(), seconds, cancellation);
        }

        return (rows, overload);
    }
}
