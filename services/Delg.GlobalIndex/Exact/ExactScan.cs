using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Delg.GlobalIndex.Exact.Codes;
using Delg.V1;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// The answer of a full float32 scan for the price of reading 8-bit codes: one pass over the codes for all queries finds the rows that may belong
/// to it (<see cref="Candidates"/>), and only those are compared in float32. Several threads share each part.
/// </summary>
internal static class ExactScan
{
    // Rows that all queries are compared with before the next ones are fetched: their codes stay in the second-level cache.
    private const int BlockRows = 64;

    // Fewer candidates than this are not worth another thread.
    private const int CandidatesPerThread = 1024;

    public static IReadOnlyList<NeighborList> Run(VectorSnapshot snapshot, NeighborSearch search, int threads, CancellationToken cancellation) =>
        Avx512CodeKernel.IsSupported ? Run<Avx512CodeKernel>(snapshot, search, threads, cancellation)
        : Avx2CodeKernel.IsSupported ? Run<Avx2CodeKernel>(snapshot, search, threads, cancellation)
        : Run<PortableCodeKernel>(snapshot, search, threads, cancellation);

    /// <typeparam name="TKernel">What multiplies codes; the answer does not depend on it.</typeparam>
    internal static IReadOnlyList<NeighborList> Run<TKernel>(VectorSnapshot snapshot, NeighborSearch search, int threads, CancellationToken cancellation)
        where TKernel : ICodeKernel
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        var queries = new QueryCodes(search.Queries);
        var candidates = new CandidateTable(search);
        if (snapshot.Chunks.Length > 0)
        {
            Parallel.For(
                0, snapshot.Chunks.Length, options,
                () => new CandidateTable(search),
                (index, _, found) =>
                {
                    ScanChunk<TKernel>(snapshot.Chunks[index], queries, search, found);
                    return found;
                },
                found =>
                {
                    lock (candidates)
                        candidates.AddAll(found);
                });
        }

        return Compare(candidates, search, options);
    }

    private static void ScanChunk<TKernel>(ChunkView view, QueryCodes queries, NeighborSearch search, CandidateTable found)
        where TKernel : ICodeKernel
    {
        var rows = view.Rows(search.Filter);
        if (queries.Count == 1)
        {
            ScanAlone<TKernel>(view.Chunk, rows, queries, search.ExcludeImageIds, found);
            return;
        }

        for (; rows.Length > 0; rows = rows[Math.Min(BlockRows, rows.Length)..])
        {
            for (var group = 0; group < queries.Groups; group++)
                ScanBlock<TKernel>(view.Chunk, rows[..Math.Min(BlockRows, rows.Length)], queries, group, search.ExcludeImageIds, found);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScanAlone<TKernel>(
        VectorChunk chunk, ReadOnlySpan<int> rows, QueryCodes queries, IReadOnlySet<string> excluded, CandidateTable found)
        where TKernel : ICodeKernel
    {
        ref var query = ref queries.Codes(0);
        foreach (var row in rows)
        {
            var product = TKernel.One(ref chunk.CodesAt(row), ref query, queries.Length);
            var (estimate, error) = queries.Bound(0, product, chunk.RowCodeAt(row));
            if (estimate + error >= found.Thresholds[0] && !excluded.Contains(chunk.Entries[row].ImageId))
                found.Add(0, chunk, row, estimate, error);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScanBlock<TKernel>(
        VectorChunk chunk, ReadOnlySpan<int> rows, QueryCodes queries, int group, IReadOnlySet<string> excluded, CandidateTable found)
        where TKernel : ICodeKernel
    {
        var first = group * ICodeKernel.Queries;
        ref var thresholds = ref found.Thresholds[first];
        ref var codes = ref queries.Codes(first);
        foreach (var row in rows)
        {
            var products = TKernel.Four(ref chunk.CodesAt(row), ref codes, queries.Stride, queries.Length);
            var upperBounds = queries.UpperBounds(group, products, chunk.RowCodeAt(row));
            var reached = Vector128.GreaterThanOrEqual(upperBounds, Vector128.LoadUnsafe(ref thresholds)).ExtractMostSignificantBits();
            if (reached == 0 || excluded.Contains(chunk.Entries[row].ImageId))
                continue;
            for (; reached != 0; reached &= reached - 1)
            {
                var lane = BitOperations.TrailingZeroCount(reached);
                var (estimate, error) = queries.Bound(first + lane, products[lane], chunk.RowCodeAt(row));
                found.Add(first + lane, chunk, row, estimate, error);
            }
        }
    }

    /// <summary>The best of the candidates by their float32 similarity.</summary>
    private static NeighborList[] Compare(CandidateTable candidates, NeighborSearch search, ParallelOptions options)
    {
        var best = search.Queries.Select(_ => new TopNeighbors(search.TopK, search.MinSimilarity ?? float.NegativeInfinity)).ToArray();
        var answers = new NeighborList[best.Length];
        var perQuery = Math.Max(1, options.MaxDegreeOfParallelism / best.Length);
        Parallel.For(0, best.Length, options, query =>
        {
            var rows = candidates.Finish(query);
            var parts = Math.Clamp(rows.Count / CandidatesPerThread, 1, perQuery);
            if (parts == 1)
            {
                Compare(rows, 0, 1, search.Queries[query], best[query]);
            }
            else
            {
                Parallel.For(0, parts, options, part =>
                {
                    var own = new TopNeighbors(search.TopK, search.MinSimilarity ?? float.NegativeInfinity);
                    Compare(rows, part, parts, search.Queries[query], own);
                    lock (best[query])
                        best[query].OfferAll(own);
                });
            }

            answers[query] = best[query].ToNeighborList();
        });
        return answers;
    }

    private static void Compare(IReadOnlyList<Candidate> rows, int first, int step, float[] query, TopNeighbors best)
    {
        for (var i = first; i < rows.Count; i += step)
        {
            var (chunk, row, upperBound) = rows[i];
            // The rows that follow can be no better than this one.
            if (upperBound < best.Threshold)
                return;
            best.Offer(chunk.Similarity(row, query), chunk.Entries[row]);
        }
    }
}
