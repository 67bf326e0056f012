using Delg.GlobalIndex.Exact;
using Delg.V1;

namespace Delg.Cli.Bench.Search;

/// <summary>
/// The plain way to search exactly, done well: every vector is compared in float32, several rows and queries at once where there are several, on
/// all threads, one pass for a batch.
/// </summary>
/// <param name="dim">Components of a vector.</param>
internal sealed class Float32Scan(int dim)
{
    private const int BlockRows = 1024;

    private readonly List<float[]> _blocks = [];
    private readonly List<StoredEntry> _entries = [];

    public void Add(StoredEntry entry, float[] vector)
    {
        if (_entries.Count % BlockRows == 0)
            _blocks.Add(new float[BlockRows * dim]);
        vector.CopyTo(_blocks[^1].AsSpan(_entries.Count % BlockRows * dim));
        _entries.Add(entry);
    }

    /// <param name="queries">Unit vectors.</param>
    /// <param name="topK">Neighbours of each.</param>
    /// <param name="step">Only each <paramref name="step"/>-th vector is looked at, as a filter would have it; 1: all.</param>
    /// <param name="threads">Threads at most.</param>
    public NeighborList[] Run(IReadOnlyList<float[]> queries, int topK, int step, int threads)
    {
        var best = NewHeaps(queries, topK);
        Parallel.For(
            0, _blocks.Count, new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => NewHeaps(queries, topK),
            (block, _, heaps) =>
            {
                ScanBlock(block, queries, step, heaps);
                return heaps;
            },
            heaps =>
            {
                lock (best)
                {
                    for (var query = 0; query < best.Length; query++)
                        best[query].OfferAll(heaps[query]);
                }
            });
        return [.. best.Select(neighbors => neighbors.ToNeighborList())];
    }

    private static TopNeighbors[] NewHeaps(IReadOnlyList<float[]> queries, int topK) => [.. queries.Select(_ => new TopNeighbors(topK, float.NegativeInfinity))];

    private void ScanBlock(int block, IReadOnlyList<float[]> queries, int step, TopNeighbors[] heaps)
    {
        var firstEntry = block * BlockRows;
        var rows = Math.Min(BlockRows, _entries.Count - firstEntry);
        // A tile wants rows one behind the other, so a filtered scan takes them one by one.
        var tiled = step == 1 && queries.Count > 1 ? rows / DotProducts.TileRows * DotProducts.TileRows : 0;
        Span<float> products = stackalloc float[DotProducts.TileRows * DotProducts.TileQueries];
        for (var row = 0; row < tiled; row += DotProducts.TileRows)
        {
            for (var query = 0; query < queries.Count; query += DotProducts.TileQueries)
            {
                var next = Math.Min(query + 1, queries.Count - 1);
                DotProducts.Tile(_blocks[block].AsSpan(row * dim, DotProducts.TileRows * dim), queries[query], queries[next], products);
                for (var i = 0; i < DotProducts.TileRows; i++)
                {
                    Offer(heaps[query], products[i], firstEntry + row + i);
                    if (next != query)
                        Offer(heaps[next], products[DotProducts.TileRows + i], firstEntry + row + i);
                }
            }
        }

        for (var row = tiled; row < rows; row++)
        {
            if ((firstEntry + row) % step != 0)
                continue;
            var vector = _blocks[block].AsSpan(row * dim, dim);
            for (var query = 0; query < queries.Count; query++)
                Offer(heaps[query], DotProducts.Dot(vector, queries[query]), firstEntry + row);
        }
    }

    private void Offer(TopNeighbors heap, float product, int entry) => heap.Offer(Math.Clamp(product, -1, 1), _entries[entry]);
}
