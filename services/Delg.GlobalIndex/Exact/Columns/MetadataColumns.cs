using Delg.V1;

namespace Delg.GlobalIndex.Exact.Columns;

/// <summary>The metadata of a chunk's rows by key, for filters. One thread writes rows that nobody sees yet; any may read the others.</summary>
internal sealed class MetadataColumns(int capacity)
{
    private Dictionary<string, MetadataColumn> _columns = [];

    /// <summary>About what the columns take, bytes, without their texts.</summary>
    public long Bytes => Volatile.Read(ref _columns).Values.Sum(column => column.Bytes);

    /// <summary>The values of a key; null where no row has it.</summary>
    public MetadataColumn? Find(string key) => Volatile.Read(ref _columns).GetValueOrDefault(key);

    /// <param name="row">A row that no reader sees; what an earlier attempt left there goes.</param>
    /// <param name="metadata">Null: the row has none.</param>
    public void Write(int row, Metadata? metadata)
    {
        if (metadata is not null)
            AddColumns(metadata.Values.Keys);
        foreach (var (key, column) in _columns)
            column.Write(row, metadata is not null && metadata.Values.TryGetValue(key, out var value) ? value : null);
    }

    private void AddColumns(ICollection<string> keys)
    {
        if (keys.All(_columns.ContainsKey))
            return;
        // Readers hold the old dictionary or the new one, never one in the making.
        var columns = new Dictionary<string, MetadataColumn>(_columns);
        foreach (var key in keys)
            columns.TryAdd(key, new MetadataColumn(capacity));
        Volatile.Write(ref _columns, columns);
    }
}
