using Delg.GlobalIndex.Filters;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// The next snapshot in the making: rows are added behind those that readers see and marked dead in copies. Nothing shows until it is
/// published, and an abandoned draft leaves no trace: its rows are overwritten by the next one.
/// </summary>
internal sealed class SnapshotDraft
{
    private const int FirstCapacity = 64;

    private readonly string _folder;
    private readonly int _dim;
    private readonly Dictionary<string, RowLocation> _published;
    private readonly Dictionary<string, RowLocation?> _changes = [];
    private readonly List<ChunkView> _views;
    private readonly Dictionary<VectorChunk, int> _indexOf = [];
    private readonly HashSet<VectorChunk> _ownsDead = [];
    private int _liveCount;

    /// <param name="folder">Where the files of float32 vectors are made.</param>
    /// <param name="dim">Components of a vector.</param>
    /// <param name="snapshot">What readers see now.</param>
    /// <param name="locations">Where each id of <paramref name="snapshot"/> lies; changed by <see cref="Finish"/> only.</param>
    public SnapshotDraft(string folder, int dim, VectorSnapshot snapshot, Dictionary<string, RowLocation> locations)
    {
        _folder = folder;
        _dim = dim;
        _published = locations;
        _views = [.. snapshot.Chunks];
        _liveCount = snapshot.LiveCount;
        for (var i = 0; i < _views.Count; i++)
            _indexOf.Add(_views[i].Chunk, i);
    }

    public void Put(StoredEntry entry, ReadOnlySpan<float> vector)
    {
        Remove(entry.ImageId);
        _changes[entry.ImageId] = Append(entry, vector);
        _liveCount++;
    }

    /// <summary>False when the id is not there.</summary>
    public bool Remove(string imageId)
    {
        if (LocationOf(imageId) is not { } location)
            return false;
        var index = _indexOf[location.Chunk];
        _views[index] = _views[index].WithoutRow(location.Row, !_ownsDead.Add(location.Chunk));
        _changes[imageId] = null;
        _liveCount--;
        return true;
    }

    /// <summary>Ids of the rows that a filter keeps, those of this draft among them.</summary>
    public List<string> Matching(Filter filter)
    {
        var imageIds = new List<string>();
        foreach (var view in _views)
        {
            foreach (var row in view.Rows(filter))
                imageIds.Add(view.Chunk.Entries[row].ImageId);
        }

        return imageIds;
    }

    /// <summary>
    /// The snapshot to publish. Chunks that are mostly dead are given up and their live rows written anew, so that memory stays below about
    /// twice what the live rows need. The caller publishes after the disk has agreed, then calls <see cref="RecordLocations"/>.
    /// </summary>
    public VectorSnapshot Finish()
    {
        for (var i = 0; i < _views.Count; i++)
        {
            if (_views[i].DeadCount * 2 > _views[i].Chunk.Capacity)
                Abandon(i);
        }

        _published.EnsureCapacity(_published.Count + _changes.Count);
        return new VectorSnapshot([.. _views.Where(view => view.Count > 0)], _liveCount);
    }

    /// <summary>Brings the ids' locations in line with the snapshot that <see cref="Finish"/> made.</summary>
    public void RecordLocations()
    {
        foreach (var (imageId, location) in _changes)
        {
            if (location is { } at)
                _published[imageId] = at;
            else
                _published.Remove(imageId);
        }
    }

    private RowLocation? LocationOf(string imageId)
    {
        if (_changes.TryGetValue(imageId, out var changed))
            return changed;
        return _published.TryGetValue(imageId, out var location) ? location : null;
    }

    private RowLocation Append(StoredEntry entry, ReadOnlySpan<float> vector)
    {
        var index = _views.Count - 1;
        if (index < 0 || _views[index].Count == _views[index].Chunk.Capacity)
        {
            // Each chunk as large as all before it: little waste when small, no copying when growing.
            var capacity = Math.Clamp(_views.Sum(view => view.Chunk.Capacity), FirstCapacity, VectorChunk.LargestCapacity);
            _views.Add(new ChunkView(new VectorChunk(_folder, capacity, _dim), 0, null, 0));
            index++;
            _indexOf.Add(_views[index].Chunk, index);
        }

        var (chunk, row, _, _) = _views[index];
        chunk.Write(row, entry, vector);
        _views[index] = _views[index].WithRow();
        return new RowLocation(chunk, row);
    }

    private void Abandon(int index)
    {
        var view = _views[index];
        _views[index] = new ChunkView(view.Chunk, 0, null, 0);
        // The last chunk would otherwise take its own rows back, over those that readers still see.
        if (index == _views.Count - 1)
            _views[index] = _views[index] with { Chunk = new VectorChunk(_folder, FirstCapacity, _dim) };
        var vector = new float[_dim];
        foreach (var row in view.Rows(filter: null))
        {
            view.Chunk.Read(row, vector);
            _changes[view.Chunk.Entries[row].ImageId] = Append(view.Chunk.Entries[row], vector);
        }
    }
}
