using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Files;
using Delg.Cli.Output;
using Delg.LocalVerifier.Matching.Kernels;
using Delg.V1;

namespace Delg.Cli.Bench.Verify;

/// <summary><c>delg bench verify</c>: time of one query against candidates, by encoding, share of true matches, store and load.</summary>
internal sealed class BenchVerifyCommand : VerbCommand
{
    private static readonly int[] _truePercents = [30, 3, 0];

    private readonly Option<int> _candidates = new("--candidates") { Description = "Candidates of a query, 1 to 1000.", DefaultValueFactory = _ => 100, HelpName = "N" };

    private readonly Option<int> _features = new("--features") { Description = "Features of each image, 10 to 10000.", DefaultValueFactory = _ => 1000, HelpName = "N" };

    private readonly Option<int> _queries = new("--queries") { Description = "Queries to measure for each row, at least 1.", DefaultValueFactory = _ => 24, HelpName = "N" };

    private readonly Option<string?> _redis = new("--redis") { Description = "Also read candidates from this Redis server; what is stored there is removed again.", HelpName = "HOST:PORT" };

    public BenchVerifyCommand()
        : base(
            "verify",
            "Time the verification of one query's candidates: in memory, from SQLite and from Redis, one query at a time and eight at once; and how soon a cancelled call stops.",
            "delg bench verify",
            "delg bench verify --redis localhost:6379 --json")
    {
        Add(_candidates);
        Add(_features);
        Add(_queries);
        Add(_redis);
        _candidates.Within(1, 1000);
        _features.Within(10, 10_000);
        _queries.Within(1, 100_000);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var candidates = arguments.GetValue(_candidates);
        var features = arguments.GetValue(_features);
        var queries = arguments.GetValue(_queries);
        var rows = new List<VerifyBenchRow>();
        foreach (var encoding in new[] { DescriptorEncoding.Float32, DescriptorEncoding.Int8, DescriptorEncoding.Binary })
        {
            foreach (var percent in _truePercents)
            {
                terminal.WriteProgressLine($"{encoding}, {percent} % true matches");
                var synthetic = new SyntheticFeatures(features, encoding, seed: percent);
                LocalFeatures[] images = [.. Enumerable.Range(0, candidates).Select(_ => synthetic.Candidate(features * percent / 100))];
                using var folder = new TemporaryFolder(Path.GetTempPath());
                await using var embedded = new VerifierUnderTest(folder.Path, redis: null, encoding);
                await using var remote = arguments.GetValue(_redis) is { } address ? new VerifierUnderTest(folder.Path, address, encoding) : null;
                var measurement = new VerifyMeasurement(synthetic.Query, percent);
                measurement.Add("memory", embedded, [.. images.Select((image, i) => new VerificationCandidate { ImageId = $"{i}", Features = image })]);
                measurement.Add("sqlite", embedded, await embedded.StoreAsync(images, cancellation));
                if (remote is not null)
                    measurement.Add("redis", remote, await remote.StoreAsync(images, cancellation));
                rows.AddRange(await measurement.RunAsync(queries, cancellation));
            }
        }

        new VerifyBenchReport
        {
            Processors = Environment.ProcessorCount,
            Instructions = InstructionPaths.Best.ToString().ToLowerInvariant(),
            Queries = queries,
            Rows = rows,
            Cancel = await CancelAsync(terminal, candidates, features, cancellation),
        }.Write(terminal);
        return ExitCode.Done;
    }

    // In the encoding that a service stores by default, with few true matches: most of RANSAC's work.
    private static async Task<CancelTimes?> CancelAsync(Terminal terminal, int candidates, int features, CancellationToken cancellation)
    {
        const int Percent = 3;
        terminal.WriteProgressLine("Cancelled calls");
        var synthetic = new SyntheticFeatures(features, DescriptorEncoding.Int8, seed: Percent);
        LocalFeatures[] images = [.. Enumerable.Range(0, candidates).Select(_ => synthetic.Candidate(features * Percent / 100))];
        using var folder = new TemporaryFolder(Path.GetTempPath());
        await using var served = await ServedVerifier.StartAsync(folder.Path, cancellation);
        return await served.CancelAsync(synthetic.Query, images, cancellation);
    }
}
