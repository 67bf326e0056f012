using System.Numerics;
using Delg.GlobalIndex.Exact.Columns;
using Delg.GlobalIndex.Filters;

namespace Delg.GlobalIndex.Exact;

/// <summary>What one snapshot sees of a chunk: its first <paramref name="Count"/> rows without the dead ones.</summary>
/// <param name="Chunk">The memory.</param>
/// <param name="Count">Rows written, dead ones included.</param>
/// <param name="Dead">One bit a row, set where the row was deleted or replaced; null: none was.</param>
/// <param name="DeadCount">Bits set in <paramref name="Dead"/>.</param>
internal readonly record struct ChunkView(VectorChunk Chunk, int Count, ulong[]? Dead, int DeadCount)
{
    private static readonly int[] _everyRow = [.. Enumerable.Range(0, VectorChunk.LargestCapacity)];

    /// <summary>Live rows that a filter keeps, ascending.</summary>
    /// <param name="filter">Null: keeps all.</param>
    public ReadOnlySpan<int> Rows(Filter? filter)
    {
        if (filter is null && Dead is null)
            return _everyRow.AsSpan(0, Count);
        Span<ulong> kept = stackalloc ulong[ColumnFilter.Words(Count)];
        if (filter is null)
            kept.Fill(ulong.MaxValue);
        else
            ColumnFilter.Apply(filter, Chunk.Metadata, Count, kept);
        var rows = new int[Count - DeadCount];
        var found = 0;
        for (var word = 0; word < kept.Length; word++)
        {
            for (var bits = kept[word] & ~(Dead?[word] ?? 0); bits != 0; bits &= bits - 1)
            {
                var row = (word << 6) + BitOperations.TrailingZeroCount(bits);
                if (row < Count)
                    rows[found++] = row;
            }
        }

        return rows.AsSpan(0, found);
    }

    public ChunkView WithRow() => this with { Count = Count + 1 };

    /// <param name="row">A live row.</param>
    /// <param name="ownsDead">True when no published snapshot shares <see cref="Dead"/>, so that it may be changed in place.</param>
    public ChunkView WithoutRow(int row, bool ownsDead)
    {
        var dead = Dead is null ? new ulong[ColumnFilter.Words(Chunk.Capacity)] : ownsDead ? Dead : [.. Dead];
        dead[row >> 6] |= 1ul << row;
        return this with { Dead = dead, DeadCount = DeadCount + 1 };
    }
}
