using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Delg.Cli.Output;
using Delg.GlobalIndex;
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

    // Single float32 scans are slow and steady: a few tell.
    private const int SingleScans = 15;

    private static readonly ImmutableArray<int> _batches = [1, 32];

    /// <param name="folder">Takes the files of float32 vectors.</param>
    /// <param name="count">Vectors to draw.</param>
    /// <param name="isClustered">True: in clusters.</param>
    /// <param name="milvus">Asked the same; null: nobody is.</param>
    /// <param name="terminal">Where to tell what is being done.</param>
    /// <param name="cancellation">Ends the run early.</param>
    public async IAsyncEnumerable<SearchBenchRow> RunAsync(
        string folder, int count, bool isClustered, MilvusSide? milvus, Terminal terminal, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var drawn = new DrawnVectors(Dim, isClustered ? Math.Max(1, count / ClusterSize) : 0);
        var (snapshot, scan) = Fill(folder, drawn, count, cancellation);
        var queries = Enumerable.Range(0, Queries).Select(i => drawn.Draw(-1 - i)).ToList();
        var statistics = snapshot.Statistics(Dim);
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
                var (found, ms) = Time(batches, group => ExactScan.Run(snapshot, Search(group, step), Threads, cancellation), cancellation);
                List<NeighborList> theirs = [];
                double? theirMs = null;
                if (milvus is not null)
                    (theirs, theirMs) = await TimeAsync(batches, group => milvus.SearchAsync(group, TopK, FilterOf(step), cancellation), cancellation);
                yield return new SearchBenchRow
                {
                    Vectors = count,
                    Data = isClustered ? "clustered" : "random",
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
                };
            }
        }
    }

    private (VectorSnapshot Snapshot, Float32Scan Scan) Fill(string folder, DrawnVectors drawn, int count, CancellationToken cancellation)
    {
        var draft = new SnapshotDraft(folder, Dim, VectorSnapshot.Empty, []);
        var scan = new Float32Scan(Dim);
        foreach (var block in Enumerable.Range(0, count).Chunk(1024))
        {
            cancellation.ThrowIfCancellationRequested();
            var vectors = new float[block.Length][];
            Parallel.For(0, block.Length, i => vectors[i] = drawn.Draw(block[i]));
            for (var i = 0; i < block.Length; i++)
            {
                var entry = StoredEntry.From(Entry(block[i], []));
                draft.Put(entry, vectors[i]);
                scan.Add(entry, vectors[i]);
            }
        }

        return (draft.Finish(), scan);
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

    private NeighborSearch Search(IReadOnlyList<float[]> queries, int step) => new(new Collection(), queries, TopK, null, new HashSet<string>(), FilterOf(step));

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
            // The first call of all pays for what the runtime compiles.
            if (times.Count == 0)
                await search(batch);
            var start = Stopwatch.GetTimestamp();
            answers.AddRange(await search(batch));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / batch.Length);
        }

        times.Sort();
        return (answers, times[times.Count / 2]);
    }
}
