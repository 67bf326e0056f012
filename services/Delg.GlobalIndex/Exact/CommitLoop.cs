using System.Threading.Channels;
using Delg.Contracts.Errors;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// The one writer. Writes that wait while the disk is busy share the next transaction, and so one flush: many small writers together are nearly
/// as fast as one large one.
/// </summary>
internal sealed class CommitLoop : IAsyncDisposable
{
    private readonly Channel<PendingWrite> _waiting = Channel.CreateUnbounded<PendingWrite>(new UnboundedChannelOptions { SingleReader = true });
    private readonly EntryStore _store;
    private readonly int _maxEntriesPerCommit;
    private readonly Task _loop;

    public CommitLoop(EntryStore store, int maxEntriesPerCommit)
    {
        _store = store;
        _maxEntriesPerCommit = maxEntriesPerCommit;
        // Commits block on the disk: a thread of their own keeps the pool free for searches.
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public Task WriteAsync(PendingWrite write)
    {
        if (!_waiting.Writer.TryWrite(write))
            write.Fail(new OperationCanceledException("The index is shutting down."));
        return write.Completion;
    }

    /// <summary>Finishes the writes that wait, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop;
    }

    private void Run()
    {
        var reader = _waiting.Reader;
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (reader.TryRead(out var first))
                CommitTogether(TakeGroup(first));
        }
    }

    private List<PendingWrite> TakeGroup(PendingWrite first)
    {
        var group = new List<PendingWrite> { first };
        var entries = first.EntryCount;
        while (!first.StandsAlone && _waiting.Reader.TryPeek(out var next) && !next.StandsAlone
            && (entries += next.EntryCount) <= _maxEntriesPerCommit && _waiting.Reader.TryRead(out next))
        {
            group.Add(next);
        }

        return group;
    }

    private void CommitTogether(List<PendingWrite> group)
    {
        var applied = new List<PendingWrite>();
        try
        {
            _store.Begin();
            var draft = new CommitDraft(_store);
            foreach (var write in group.Where(write => write.CanStart()))
            {
                try
                {
                    write.Apply(draft);
                    applied.Add(write);
                }
                catch (DelgException refusal)
                {
                    write.Fail(refusal);
                }
            }

            draft.Commit();
            applied.ForEach(write => write.Succeed());
        }
        catch (Exception failure)
        {
            // Disk full, memory short: nothing of the group was written, and each of its callers is told. The loop itself lives on.
            _store.Rollback();
            group.ForEach(write => write.Fail(failure));
        }
    }
}
