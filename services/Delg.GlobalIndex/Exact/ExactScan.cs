using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Delg.GlobalIndex.Exact.Codes;
using Delg.V1;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// The answer of a full float32 scan for the price of reading 8-bit codes: one pass over the codes for all queries finds the rows that may belong
/// to it (<see cref="CandidateTable"/>), and only those are compared in float32 (<see cref="CandidateComparison"/>). Several threads share each part.
/// </summary>
internal static class ExactScan
{
    // Rows that all queries are compared with before the next ones are fetched: their codes stay in the second-level cache.
    private const int BlockRows = 64;

    // A query alone has each row fetched so many rows before it is read: about what memory takes to answer.
    private const int Ahead = 4;

    public static IReadOnlyList<NeighborList> Run(VectorSnapshot snapshot, NeighborSearch search, int threads, CancellationToken cancellation) =>
        Avx512CodeKernel.IsSupported ? Run<Avx512CodeKernel>(snapshot, search, threads, cancellation)
        : Avx2CodeKernel.IsSupported ? Run<Avx2CodeKernel>(snapshot, search, threads, cancellation)
        : Run<PortableCodeKernel>(snapshot, search, threads, cancellation);

    /// <typeparam name="TKernel">What multiplies codes; the answer does not depend on it.</typeparam>
    internal static IReadOnlyList<NeighborList> Run<TKernel>(VectorSnapshot snapshot, NeighborSearch search, int threads, CancellationToken cancellation)
        where TKernel : ICodeKernel
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        return CandidateComparison.Run(snapshot, Find<TKernel>(snapshot, search, options), search, options);
    }

    /// <summary>Compares the queries with all codes.</summary>
    internal static CandidateTable Find<TKernel>(VectorSnapshot snapshot, NeighborSearch search, ParallelOptions options)
        where TKernel : ICodeKernel
    {
        var queries = new QueryCodes(search.Queries);
        var candidates = new CandidateTable(search);
        if (snapshot.Chunks.Length > 0)
        {
            Parallel.For(
                0, snapshot.Chunks.Length, options,
                candidates.NewPart,
                (index, _, found) =>
                {
                    ScanChunk<TKernel>(snapshot.Chunks[index], index, queries, search, candidates, found);
                    return found;
                },
                _ => { });
        }

        return candidates;
    }

    private static void ScanChunk<TKernel>(
        ChunkView view, int index, QueryCodes queries, NeighborSearch search, CandidateTable candidates, CandidatePart found)
        where TKernel : ICodeKernel
    {
        var rows = view.Rows(search.Filter);
        if (queries.Count == 1)
        {
            ScanAlone<TKernel>(view.Chunk, index, rows, queries, search.ExcludeImageIds, candidates, found);
            return;
        }

        while (rows.Length > 0)
        {
            var block = rows[..Math.Min(BlockRows, rows.Length)];
            rows = rows[block.Length..];
            var tiles = queries.Groups * ((block.Length + ICodeKernel.Rows - 1) / ICodeKernel.Rows);
            var ahead = new RowsAhead(view.Chunk, rows[..Math.Min(BlockRows, rows.Length)], tiles);
            for (var group = 0; group < queries.Groups; group++)
                ScanBlock<TKernel>(view.Chunk, index, block, ref ahead, queries, group, search.ExcludeImageIds, candidates, found);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScanAlone<TKernel>(
        VectorChunk chunk, int index, ReadOnlySpan<int> rows, QueryCodes queries, IReadOnlySet<string> excluded,
        CandidateTable candidates, CandidatePart found)
        where TKernel : ICodeKernel
    {
        ref var query = ref queries.Codes(0);
        ref var threshold = ref candidates.Threshold(0);
        for (var i = 0; i < rows.Length; i++)
        {
            ref var ahead = ref chunk.CodesAt(rows[Math.Min(i + Ahead, rows.Length - 1)]);
            var product = TKernel.One(ref chunk.CodesAt(rows[i]), ref ahead, ref query, queries.Length);
            var (estimate, error) = queries.Bound(0, product, chunk.RowCodeAt(rows[i]));
            if (estimate + error >= threshold && !IsExcluded(chunk, rows[i], excluded))
                found.Add(0, new Candidate(index, rows[i], estimate + error), estimate - error);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScanBlock<TKernel>(
        VectorChunk chunk, int index, ReadOnlySpan<int> rows, ref RowsAhead ahead, QueryCodes queries, int group, IReadOnlySet<string> excluded,
        CandidateTable candidates, CandidatePart found)
        where TKernel : ICodeKernel
    {
        var first = group * ICodeKernel.Queries;
        var bound = queries.Group(group);
        ref var thresholds = ref candidates.Threshold(first);
        ref var codes = ref queries.Codes(first);
        Span<Vector128<int>> products = stackalloc Vector128<int>[ICodeKernel.Rows];
        for (; rows.Length > 0; rows = rows[Math.Min(ICodeKernel.Rows, rows.Length)..])
        {
            ahead.FetchPart();
            // The last tile is filled up with its last row.
            var last = rows.Length - 1;
            TKernel.Tile(
                ref chunk.CodesAt(rows[0]), ref chunk.CodesAt(rows[Math.Min(1, last)]), ref chunk.CodesAt(rows[Math.Min(2, last)]),
                ref chunk.CodesAt(rows[Math.Min(3, last)]), ref codes, queries.Stride, queries.Length, products);
            for (var i = 0; i < ICodeKernel.Rows && i <= last; i++)
            {
                var row = rows[i];
                var (estimates, errors) = bound.Bound(products[i], chunk.RowCodeAt(row));
                var upperBounds = estimates + errors;
                var reached = Vector128.GreaterThanOrEqual(upperBounds, Vector128.LoadUnsafe(ref thresholds)).ExtractMostSignificantBits();
                if (reached == 0 || IsExcluded(chunk, row, excluded))
                    continue;
                var lowerBounds = estimates - errors;
                for (; reached != 0; reached &= reached - 1)
                {
                    var lane = BitOperations.TrailingZeroCount(reached);
                    found.Add(first + lane, new Candidate(index, row, upperBounds[lane]), lowerBounds[lane]);
                }
            }
        }
    }

    // An entry is an object somewhere in memory: it is not asked for its id in vain.
    private static bool IsExcluded(VectorChunk chunk, int row, IReadOnlySet<string> excluded) =>
        excluded.Count > 0 && excluded.Contains(chunk.Entries[row].ImageId);
}
