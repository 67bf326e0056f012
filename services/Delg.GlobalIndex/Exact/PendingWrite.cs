namespace Delg.GlobalIndex.Exact;

/// <summary>A write that waits for its commit.</summary>
/// <param name="apply">
/// Does the write inside the transaction. A failure it finds before its first change is thrown and is that write's alone; so that what it
/// checks is what is published, writes that change the list of collections stand alone.
/// </param>
/// <param name="entryCount">Entries it touches, for the size of a transaction.</param>
/// <param name="standsAlone">True: shares its transaction with no other.</param>
/// <param name="cancellation">Honoured until the write begins.</param>
internal sealed class PendingWrite(Action<CommitDraft> apply, int entryCount, bool standsAlone, CancellationToken cancellation)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int EntryCount { get; } = entryCount;

    public bool StandsAlone { get; } = standsAlone;

    /// <summary>Ends when the write is on disk and visible, or has failed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>False when the caller has gone; nothing was done then.</summary>
    public bool CanStart()
    {
        if (!cancellation.IsCancellationRequested)
            return true;
        _completion.TrySetCanceled(cancellation);
        return false;
    }

    public void Apply(CommitDraft draft) => apply(draft);

    public void Succeed() => _completion.TrySetResult();

    public void Fail(Exception failure) => _completion.TrySetException(failure);
}
