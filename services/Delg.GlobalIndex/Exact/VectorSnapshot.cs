namespace Delg.GlobalIndex.Exact;

/// <summary>The vectors of a collection at one moment. Immutable: a search that began on it ends on it, whatever is written meanwhile.</summary>
/// <param name="Chunks">In the order they were filled.</param>
/// <param name="LiveCount">Rows that are not dead.</param>
internal sealed record VectorSnapshot(ChunkView[] Chunks, int LiveCount)
{
    public static readonly VectorSnapshot Empty = new([], 0);
}
