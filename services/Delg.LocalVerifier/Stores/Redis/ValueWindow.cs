namespace Delg.LocalVerifier.Stores.Redis;

/// <summary>
/// What may be on its way to and from Redis: so many values, and of those that are read so many bytes. Replies that wait, in Redis or in the kernel, fall
/// out of the processors' caches and are read from memory again; a few of them keep a connection as busy as many. Whoever comes first goes first.
/// Safe for any number of threads.
/// </summary>
/// <param name="mostValues">Values at once.</param>
/// <param name="mostBytes">Bytes of reads at once; one read goes whatever its length.</param>
internal sealed class ValueWindow(int mostValues, long mostBytes)
{
    // How long a value is is known when it is here: what is asked for is taken to be as long as those before, the last ones above all.
    private const int ValuesOfMean = 16;

    // Before the first.
    private const int AssumedBytes = 128 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = [];
    private double _meanBytes = AssumedBytes;
    private int _values;
    private long _bytes;

    /// <summary>Waits its turn to write a value. <see cref="Leave"/> what is returned.</summary>
    public Task<long> EnterWriteAsync(CancellationToken cancellation) => EnterAsync(isRead: false, cancellation);

    /// <summary>Waits its turn to read a value. <see cref="Leave"/> what is returned.</summary>
    public Task<long> EnterReadAsync(CancellationToken cancellation) => EnterAsync(isRead: true, cancellation);

    /// <summary>Tells how long a value that was read is, bytes.</summary>
    public void Read(int length)
    {
        lock (_lock)
            _meanBytes += (length - _meanBytes) / ValuesOfMean;
    }

    /// <summary>Makes room for the next, which goes on before this returns.</summary>
    /// <param name="bytes">As entering returned.</param>
    public void Leave(long bytes)
    {
        lock (_lock)
        {
            _values--;
            _bytes -= bytes;
        }

        while (Next() is var (waiting, itsBytes))
        {
            // One whose caller went away leaves its place to the next.
            if (waiting.Turn.TrySetResult(itsBytes))
                continue;
            lock (_lock)
            {
                _values--;
                _bytes -= itsBytes;
            }
        }
    }

    private async Task<long> EnterAsync(bool isRead, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Waiting waiting;
        lock (_lock)
        {
            if (_waiting.Count == 0 && TryTake(isRead) is { } bytes)
                return bytes;
            _waiting.Enqueue(waiting = new Waiting(isRead, new TaskCompletionSource<long>()));
        }

        await using (cancellation.UnsafeRegister(static (turn, token) => ((TaskCompletionSource<long>)turn!).TrySetCanceled(token), waiting.Turn))
            return await waiting.Turn.Task;
    }

    private (Waiting Waiting, long Bytes)? Next()
    {
        lock (_lock)
        {
            if (!_waiting.TryPeek(out var waiting) || TryTake(waiting.IsRead) is not { } bytes)
                return null;
            _waiting.Dequeue();
            return (waiting, bytes);
        }
    }

    private long? TryTake(bool isRead)
    {
        var bytes = isRead ? (long)_meanBytes : 0;
        if (_values == mostValues || (isRead && _bytes > 0 && _bytes + bytes > mostBytes))
            return null;
        _values++;
        _bytes += bytes;
        return bytes;
    }

    private sealed record Waiting(bool IsRead, TaskCompletionSource<long> Turn);
}
