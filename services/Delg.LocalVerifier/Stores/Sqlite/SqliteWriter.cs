using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Delg.LocalVerifier.Stores.Sqlite;

/// <summary>
/// The one writer of a file, on a thread of its own. It commits what has gathered in one transaction, so that many writers at once share the cost of
/// reaching the disk; each is told when its transaction is there.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteWriteStatements _statements;
    private readonly int _maxWritesPerCommit;
    private readonly Channel<Write> _writes;
    private readonly Task _writing;

    /// <param name="connection">Owned by this from here on.</param>
    /// <param name="maxWritesPerCommit">Writes of one transaction at most; as many more may be queued.</param>
    public SqliteWriter(SqliteConnection connection, int maxWritesPerCommit)
    {
        _connection = connection;
        _statements = new SqliteWriteStatements(connection);
        _maxWritesPerCommit = maxWritesPerCommit;
        _writes = Channel.CreateBounded<Write>(new BoundedChannelOptions(2 * maxWritesPerCommit) { SingleReader = true });
        _writing = Task.Factory.StartNew(WriteAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Does some work in a transaction and returns its result when that is on disk.</summary>
    public async Task<long> WriteAsync(Func<SqliteWriteStatements, long> work, CancellationToken cancellation)
    {
        var write = new Write(work);
        await _writes.Writer.WriteAsync(write, cancellation);
        // Once queued it will be written whether or not the caller still waits.
        return await write.Done.Task.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writing;
        _statements.Dispose();
        await _connection.DisposeAsync();
    }

    private void WriteAll()
    {
        var batch = new List<Write>(_maxWritesPerCommit);
        while (_writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < _maxWritesPerCommit && _writes.Reader.TryRead(out var write))
                batch.Add(write);
            WriteBatch(batch);
            batch.Clear();
        }
    }

    private void WriteBatch(List<Write> batch)
    {
        try
        {
            using var transaction = _connection.BeginTransaction();
            _statements.Transaction = transaction;
            foreach (var write in batch)
                write.Result = write.Work(_statements);
            transaction.Commit();
        }
        catch (Exception failure)
        {
            // Rolled back: none of the batch is there, and each caller is told.
            var told = failure is SqliteException ofSqlite ? SqliteFailures.Translate(ofSqlite) : failure;
            foreach (var write in batch)
                write.Done.TrySetException(told);
            return;
        }

        foreach (var write in batch)
            write.Done.TrySetResult(write.Result);
    }

    private sealed class Write(Func<SqliteWriteStatements, long> work)
    {
        public Func<SqliteWriteStatements, long> Work { get; } = work;

        public long Result { get; set; }

        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
