namespace Delg.GlobalIndex.Exact;

/// <summary>A collection in memory. Any thread may read the snapshot; only the commit loop touches the rest.</summary>
internal sealed class CollectionState(CollectionRow row, string folder)
{
    private VectorSnapshot _snapshot = VectorSnapshot.Empty;

    public CollectionRow Row { get; } = row;

    /// <summary>Where each id of the snapshot lies.</summary>
    public Dictionary<string, RowLocation> Locations { get; } = [];

    /// <summary>What searches see.</summary>
    public VectorSnapshot Snapshot
    {
        get => Volatile.Read(ref _snapshot);
        set => Volatile.Write(ref _snapshot, value);
    }

    public SnapshotDraft NewDraft() => new(folder, Row.Dim, Snapshot, Locations);
}
