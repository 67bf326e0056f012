using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Delg.Cli.Output;
using Delg.GlobalIndex.Exact;
using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.Cli.Bench.Search;

/// <summary>Searches one set of vectors in every way that the bench reports.</summary>
/// <param name="Dim">Components of a vector.</param>
/// <param name="TopK">Neighbours of a query.</param>
/// <param name="Queries">Queries of each row.</param>
/// <param name="Threads">Threads of a search.</param>
internal sealed record SearchMeasurement(int Dim, int TopK, int Queries, int Threads)
{
    private const string Key = "tenth";
    private const int FilterStep = 10;
    private const int ClusterSize = 1000;
    private const int GroupSize = 4096;

    // Single float32 scans are slow and steady: a few tell.
    private const int SingleScans = 15;

    // The runtime compiles what runs often once more, and better: calls before the first that counts, or time that is given to them.
    private const int WarmUpCalls = 10;
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(0.5);

    private static readonly ImmutableArray<int> _batches = [1, 32];

    /// <param name="folder">Takes the index's files.</param>
    /// <param name="count">Vectors to draw.</param>
    /// <param name="data">How to draw them.</param>
    /// <param name="milvus">Asked the same; null: nobody is.</param>
    /// <param name="terminal">Where to tell what is being done.</param>
    /// <param name="cancellation">Ends the run early.</param>
    public async IAsyncEnumerable<SearchBenchRow> RunAsync(
        string folder, int count, VectorData data, MilvusSide? milvus, Terminal terminal, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var drawn = new DrawnVectors(Dim, data == VectorData.Clustered ? Math.Max(1, count / ClusterSize) : 0);
        var scan = new Float32Scan(Dim);
        await using var index = await IndexSide.FillAsync(folder, Dim, Threads, Draw(drawn, count, scan), cancellation);
        var queries = Enumerable.Range(0, Queries).Select(i => drawn.Draw(-1 - i)).ToList();
        var statistics = await index.GetStatisticsAsync(cancellation);
        if (milvus is not null)
        {
            terminal.WriteProgressLine($"Writing {count} vectors to Milvus …");
            await milvus.FillAsync(Dim, Enumerable.Range(0, count).Select(number => Entry(number, drawn.Draw(number))), cancellation);
        }

        foreach (var percent in new[] { 100, 100 / FilterStep })
        {
            var step = 100 / percent;
            terminal.WriteProgressLine($"Searching {count * (long)percent / 100} of {count} …");
            foreach (var batch in _batches)
            {
                var batches = queries.Chunk(batch).ToList();
                // The whole answer is taken from batches in any case: batches and single scans give the same bits.
                var (expected, scanMs) = Time(queries.Chunk(_batches[^1]), group => scan.Run(group, TopK, step, Threads), cancellation);
                if (batch == 1)
                    scanMs = Time(batches.Take(SingleScans), group => scan.Run(group, TopK, step, Threads), cancellation).Ms;
                var (found, ms) = await TimeAsync(batches, group => index.SearchAsync(group, TopK, FilterOf(step), cancellation), cancellation);
                List<NeighborList> theirs = [];
                double? theirMs = null;
                if (milvus is not null)
                    (theirs, theirMs) = await TimeAsync(batches, group => milvus.SearchAsync(group, TopK, FilterOf(step), cancellation), cancellation);
                yield return new SearchBenchRow
                {
                    Vectors = count,
                    Data = data == VectorData.Clustered ? "clustered" : "random",
                    Batch = batch,
                    FilterPercent = percent,
                    Queries = Queries,
                    MsPerQuery = ms,
                    Float32ScanMsPerQuery = scanMs,
                    GigabytesPerSecond = (double)count / step * statistics.BytesPerVector / (ms * Math.Min(batch, Queries) * 1e6),
                    SameTopK = expected.SequenceEqual(found),
                    MilvusMsPerQuery = theirMs,
                    MilvusRecall = milvus is null ? null : Recall(expected, theirs),
                    BytesPerVector = statistics.BytesPerVector,
                    MemoryBytes = statistics.MemoryBytes,
                    MappedBytes = statistics.MappedBytes,
                    LoadSeconds = index.LoadSeconds,
                };
            }
        }
    }

    /// <summary>The vectors with their entries, in groups; the float32 scan takes them in passing.</summary>
    private static IEnumerable<IReadOnlyList<(StoredEntry Entry, float[] Vector)>> Draw(DrawnVectors drawn, int count, Float32Scan scan)
    {
        foreach (var numbers in Enumerable.Range(0, count).Chunk(GroupSize))
        {
            var group = new (StoredEntry Entry, float[] Vector)[numbers.Length];
            Parallel.For(0, numbers.Length, i => group[i] = (StoredEntry.From(Entry(numbers[i], [])), drawn.Draw(numbers[i])));
            foreach (var (entry, vector) in group)
                scan.Add(entry, vector);
            yield return group;
        }
    }

    private static GlobalEntry Entry(int number, float[] vector) => new()
    {
        ImageId = $"image-{number:D7}",
        Metadata = new Metadata { Values = { [Key] = new MetadataValue { NumberValue = number % FilterStep } } },
        Descriptor_ = new GlobalDescriptor { Values = { vector } },
    };

    private static Comparison? FilterOf(int step) => step == 1 ? null : new Comparison(Key, ComparisonOperator.Equal, new NumberValue(0));

    /// <summary>Share of the true neighbours among those found, over all queries.</summary>
    private static double Recall(List<NeighborList> expected, List<NeighborList> found) => expected.Zip(found).Average(pair =>
    {
        var ids = pair.Second.Neighbors.Select(neighbor => neighbor.ImageId).ToHashSet(StringComparer.Ordinal);
        return pair.First.Neighbors.Count == 0 ? 1 : (double)pair.First.Neighbors.Count(neighbor => ids.Contains(neighbor.ImageId)) / pair.First.Neighbors.Count;
    });

    /// <summary>All answers, and the median time of a query.</summary>
    private static (List<NeighborList> Answers, double Ms) Time(
        IEnumerable<float[][]> batches, Func<float[][], IReadOnlyList<NeighborList>> search, CancellationToken cancellation) =>
        // What runs to its end before it returns needs no waiting.
        TimeAsync(batches, group => Task.FromResult(search(group)), cancellation).GetAwaiter().GetResult();

    private static async Task<(List<NeighborList> Answers, double Ms)> TimeAsync(
        IEnumerable<float[][]> batches, Func<float[][], Task<IReadOnlyList<NeighborList>>> search, CancellationToken cancellation)
    {
        var answers = new List<NeighborList>();
        var times = new List<double>();
        foreach (var batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            for (var call = 0; times.Count == 0 && call < WarmUpCalls && Stopwatch.GetElapsedTime(start) < _warmUp; call++)
                await search(batch);
            start = Stopwatch.GetTimestamp();
            answers.AddRange(await search(batch));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / batch.Length);
        }

        times.Sort();
        return (answers, times[times.Count / 2]);
    }
}
