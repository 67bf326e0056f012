using Delg.GlobalIndex.Filters;

namespace Delg.GlobalIndex.Exact;

/// <summary>What one snapshot sees of a chunk: its first <paramref name="Count"/> rows without the dead ones.</summary>
/// <param name="Chunk">The memory.</param>
/// <param name="Count">Rows written, dead ones included.</param>
/// <param name="Dead">One bit a row, set where the row was deleted or replaced; null: none was.</param>
/// <param name="DeadCount">Bits set in <paramref name="Dead"/>.</param>
internal readonly record struct ChunkView(VectorChunk Chunk, int Count, ulong[]? Dead, int DeadCount)
{
    public bool IsLive(int row) => Dead is null || (Dead[row >> 6] & (1ul << row)) == 0;

    /// <summary>Live rows that a filter keeps.</summary>
    public IEnumerable<StoredEntry> Matching(Filter filter)
    {
        for (var row = 0; row < Count; row++)
        {
            if (IsLive(row) && filter.Matches(StoredEntry.MetadataOf(Chunk.Entries[row].Metadata)))
                yield return Chunk.Entries[row];
        }
    }

    public ChunkView WithRow() => this with { Count = Count + 1 };

    /// <param name="row">A live row.</param>
    /// <param name="ownsDead">True when no published snapshot shares <see cref="Dead"/>, so that it may be changed in place.</param>
    public ChunkView WithoutRow(int row, bool ownsDead)
    {
        var dead = Dead is null ? new ulong[(Chunk.Capacity + 63) / 64] : ownsDead ? Dead : [.. Dead];
        dead[row >> 6] |= 1ul << row;
        return this with { Dead = dead, DeadCount = DeadCount + 1 };
    }
}
