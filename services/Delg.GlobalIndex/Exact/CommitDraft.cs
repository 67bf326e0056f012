namespace Delg.GlobalIndex.Exact;

/// <summary>One transaction in the making: rows on their way to disk, and the snapshots that will show them.</summary>
internal sealed class CommitDraft(EntryStore store)
{
    private readonly Dictionary<CollectionState, SnapshotDraft> _drafts = [];
    private readonly List<Action> _publications = [];

    public EntryStore Store => store;

    public SnapshotDraft DraftOf(CollectionState collection)
    {
        if (!_drafts.TryGetValue(collection, out var draft))
            _drafts.Add(collection, draft = collection.NewDraft());
        return draft;
    }

    /// <summary>Something to do in memory after the disk has agreed. Must not fail.</summary>
    public void AfterCommit(Action publication) => _publications.Add(publication);

    /// <summary>Commits, then shows everything. What needs memory is made before the commit, so that nothing fails after it.</summary>
    public void Commit()
    {
        foreach (var (collection, draft) in _drafts)
        {
            var snapshot = draft.Finish();
            AfterCommit(() =>
            {
                draft.RecordLocations();
                collection.Snapshot = snapshot;
            });
        }

        store.Commit();
        foreach (var publish in _publications)
            publish();
    }
}
