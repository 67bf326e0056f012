using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Files;
using Delg.Cli.Output;
using Delg.GlobalIndex.Milvus;

namespace Delg.Cli.Bench.Search;

/// <summary><c>delg bench search</c>: the embedded index against a float32 scan of the same vectors.</summary>
internal sealed class BenchSearchCommand : VerbCommand
{
    private readonly Option<int[]> _vectors = new("--vectors")
    {
        Description = "Vectors in the collection; may be given several times. " +
            "400000 of 2048 components take 8 GB of memory, 7 GB of the temporary folder and one to two minutes for each kind of data.",
        DefaultValueFactory = _ => [10_000, 100_000],
        AllowMultipleArgumentsPerToken = true,
        HelpName = "N",
    };

    private readonly Option<VectorData[]> _data = new("--data")
    {
        Description = "How vectors are drawn: evenly random, or in clusters of a thousand.",
        DefaultValueFactory = _ => [VectorData.Random, VectorData.Clustered],
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int> _dim = new("--dim") { Description = "Components of a vector, 1 to 4096.", DefaultValueFactory = _ => 2048, HelpName = "N" };

    private readonly Option<int> _topK = new("--top-k") { Description = "Neighbours of a query, at least 1.", DefaultValueFactory = _ => 100, HelpName = "N" };

    private readonly Option<int> _queries = new("--queries")
    {
        Description = "Queries of each row, all compared with the float32 scan; at least 1.",
        DefaultValueFactory = _ => 320,
        HelpName = "N",
    };

    private readonly Option<int> _threads = new("--threads") { Description = "Threads of a search. 0: one for each processor.", HelpName = "N" };

    private readonly Option<string?> _milvus = new("--milvus")
    {
        Description = "Address of a Milvus server that is asked the same; the vectors are written to a collection there, which is dropped afterwards.",
        HelpName = "HOST:PORT",
    };

    private readonly Option<MilvusIndexType> _milvusIndex = new("--milvus-index")
    {
        Description = "Index of the collection in Milvus.",
        DefaultValueFactory = _ => MilvusIndexType.Flat,
    };

    public BenchSearchCommand()
        : base(
            "search",
            "Search drawn vectors, evenly random and in clusters of a thousand, one query at a time and 32 together, among all of them and among the tenth that a " +
            "filter keeps: milliseconds a query (median), next to a float32 scan of the same vectors on the same threads, and whether both answered the same.",
            "delg bench search",
            "delg bench search --vectors 100000 --queries 1000 --json",
            "delg bench search --vectors 100000 --milvus localhost:19530")
    {
        Add(_vectors);
        Add(_data);
        Add(_dim);
        Add(_topK);
        Add(_queries);
        Add(_threads);
        Add(_milvus);
        Add(_milvusIndex);
        _vectors.Within(1, int.MaxValue);
        _dim.Within(1, 4096);
        _topK.Within(1, int.MaxValue);
        _queries.Within(1, int.MaxValue);
        _threads.Within(0, 1024);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var threads = arguments.GetValue(_threads);
        var measurement = new SearchMeasurement(
            arguments.GetValue(_dim), arguments.GetValue(_topK), arguments.GetValue(_queries), threads > 0 ? threads : Environment.ProcessorCount);
        var rows = new List<SearchBenchRow>();
        foreach (var vectors in arguments.GetRequiredValue(_vectors))
        {
            foreach (var data in arguments.GetRequiredValue(_data))
            {
                using var folder = new TemporaryFolder(Path.GetTempPath());
                terminal.WriteProgressLine($"Drawing {vectors} vectors ({data}) and writing them to an index …");
                await using var milvus = arguments.GetValue(_milvus) is { } address ? new MilvusSide(address, arguments.GetValue(_milvusIndex)) : null;
                await foreach (var row in measurement.RunAsync(folder.Path, vectors, data, milvus, terminal, cancellation))
                    rows.Add(row);
            }
        }

        new SearchBenchReport { Threads = measurement.Threads, Dim = measurement.Dim, TopK = measurement.TopK, Rows = rows }.Write(terminal);
        return rows.TrueForAll(row => row.SameTopK) ? ExitCode.Done : ExitCode.Failed;
    }
}
