using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.GlobalIndex.Exact;

/// <summary>One pass over a snapshot for any number of queries, on several threads.</summary>
internal static class ExactScan
{
    public static IReadOnlyList<NeighborList> Run(VectorSnapshot snapshot, NeighborSearch search, int threads, CancellationToken cancellation)
    {
        var results = NewHeaps(search);
        if (snapshot.Chunks.Length > 0)
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
            Parallel.For(
                0, snapshot.Chunks.Length, options,
                () => NewHeaps(search),
                (index, _, heaps) =>
                {
                    ScanChunk(snapshot.Chunks[index], search.Queries, search.Filter, heaps);
                    return heaps;
                },
                heaps => Merge(results, heaps));
        }

        return [.. results.Select(heap => heap.ToNeighborList())];
    }

    private static TopNeighbors[] NewHeaps(NeighborSearch search) =>
        [.. search.Queries.Select(_ => new TopNeighbors(search.TopK, search.MinSimilarity ?? float.NegativeInfinity, search.ExcludeImageIds))];

    private static void Merge(TopNeighbors[] results, TopNeighbors[] heaps)
    {
        lock (results)
        {
            for (var query = 0; query < results.Length; query++)
                results[query].OfferAll(heaps[query]);
        }
    }

    private static void ScanChunk(ChunkView view, IReadOnlyList<float[]> queries, Filter? filter, TopNeighbors[] heaps)
    {
        const int rowsAtOnce = DotProducts.TileRows;
        var dim = queries[0].Length;
        Span<float> products = stackalloc float[rowsAtOnce * DotProducts.TileQueries];
        var row = 0;
        for (; row <= view.Count - rowsAtOnce; row += rowsAtOnce)
        {
            var rows = view.Chunk.Vectors.AsSpan(row * dim, rowsAtOnce * dim);
            for (var query = 0; query < queries.Count; query += DotProducts.TileQueries)
            {
                var next = Math.Min(query + 1, queries.Count - 1);
                DotProducts.Tile(rows, queries[query], queries[next], products);
                Offer(view, row, products[..rowsAtOnce], filter, heaps[query]);
                if (next != query)
                    Offer(view, row, products[rowsAtOnce..], filter, heaps[next]);
            }
        }

        for (; row < view.Count; row++)
        {
            for (var query = 0; query < queries.Count; query++)
                Offer(view, row, [DotProducts.Dot(view.Chunk.VectorAt(row), queries[query])], filter, heaps[query]);
        }
    }

    private static void Offer(ChunkView view, int firstRow, ReadOnlySpan<float> products, Filter? filter, TopNeighbors heap)
    {
        for (var i = 0; i < products.Length; i++)
        {
            // Rounding may carry the product of two unit vectors a little past 1.
            if (view.IsLive(firstRow + i) && filter?.Matches(StoredEntry.MetadataOf(view.Chunk.Entries[firstRow + i].Metadata)) != false)
                heap.Offer(Math.Clamp(products[i], -1, 1), view.Chunk.Entries[firstRow + i]);
        }
    }
}
