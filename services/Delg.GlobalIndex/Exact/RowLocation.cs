namespace Delg.GlobalIndex.Exact;

/// <summary>Where a row lies.</summary>
internal readonly record struct RowLocation(VectorChunk Chunk, int Row);
