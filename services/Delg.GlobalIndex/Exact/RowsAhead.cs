using System.Runtime.CompilerServices;
using Delg.GlobalIndex.Exact.Codes;

namespace Delg.GlobalIndex.Exact;

/// <summary>The rows of the next block: fetched from memory bit by bit while this one is worked on, so that nothing waits for them.</summary>
internal ref struct RowsAhead
{
    private readonly VectorChunk _chunk;
    private readonly ReadOnlySpan<int> _rows;
    private readonly int _linesPerRow;
    private readonly int _linesPerPart;
    private int _row;
    private int _line;

    /// <param name="chunk">Where they lie.</param>
    /// <param name="rows">None after the last block.</param>
    /// <param name="parts">Times that <see cref="FetchPart"/> will be called.</param>
    public RowsAhead(VectorChunk chunk, ReadOnlySpan<int> rows, int parts)
    {
        _chunk = chunk;
        _rows = rows;
        _linesPerRow = chunk.CodeLength / CacheLines.Bytes;
        _linesPerPart = ((rows.Length * _linesPerRow) + parts - 1) / parts;
    }

    public void FetchPart()
    {
        for (var left = _linesPerPart; left > 0 && _row < _rows.Length; left--)
        {
            CacheLines.Fetch(ref Unsafe.Add(ref _chunk.CodesAt(_rows[_row]), _line * CacheLines.Bytes));
            if (++_line == _linesPerRow)
                (_row, _line) = (_row + 1, 0);
        }
    }
}
