using Delg.V1;

namespace Delg.GlobalIndex.Exact;

/// <summary>The vectors of a collection at one moment. Immutable: a search that began on it ends on it, whatever is written meanwhile.</summary>
/// <param name="Chunks">In the order they were filled.</param>
/// <param name="LiveCount">Rows that are not dead.</param>
internal sealed record VectorSnapshot(ChunkView[] Chunks, int LiveCount)
{
    public static readonly VectorSnapshot Empty = new([], 0);

    /// <summary>What it costs.</summary>
    /// <param name="dim">Components of a vector.</param>
    public CollectionStatistics Statistics(int dim) => new()
    {
        EntryCount = LiveCount,
        Backend = "exact",
        IndexType = "FLAT_INT8",
        BytesPerVector = VectorChunk.BytesPerVector(dim),
        MemoryBytes = Chunks.Sum(view => view.Chunk.MemoryBytes(view.Count)),
        MappedBytes = Chunks.Sum(view => view.Chunk.MappedBytes),
    };
}
