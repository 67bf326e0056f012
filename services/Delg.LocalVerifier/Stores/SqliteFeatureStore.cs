using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Delg.LocalVerifier.Stores;

/// <summary>
/// Values in one SQLite file. Writes go through one writer that commits what has gathered in one transaction (WAL, synchronous=FULL), so an
/// acknowledged write survives a crash or power cut, and many writers at once share the cost of reaching the disk. Reads have connections of their
/// own and see the last commit.
/// </summary>
internal sealed class SqliteFeatureStore : IFeatureStore, IAsyncDisposable
{
    /// <summary>The file in the store's folder.</summary>
    public const string FileName = "features.db";

    private const int SchemaVersion = 1;

    // Writes that may share one transaction. Each holds its value in memory until then.
    private const int MostWritesOfTransaction = 64;

    private readonly FolderLock _lock;
    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly Channel<Write> _writes = Channel.CreateBounded<Write>(new BoundedChannelOptions(2 * MostWritesOfTransaction) { SingleReader = true });
    private readonly ConcurrentBag<Reader> _readers = [];
    private readonly Task _writing;

    private SqliteFeatureStore(FolderLock folderLock, string connectionString, SqliteConnection writer)
    {
        _lock = folderLock;
        _connectionString = connectionString;
        _writer = writer;
        _writing = Task.Factory.StartNew(WriteAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Opens the store in a folder, making its file when it is not there.</summary>
    /// <exception cref="InvalidOperationException">The folder is in use, or its file is of another version.</exception>
    public static SqliteFeatureStore Open(string folder)
    {
        var folderLock = new FolderLock(folder);
        SqliteConnection? writer = null;
        try
        {
            var path = Path.Combine(folder, FileName);
            var connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString;
            writer = new SqliteConnection(connectionString);
            writer.Open();
            Prepare(writer, path);
            return new SqliteFeatureStore(folderLock, connectionString, writer);
        }
        catch
        {
            writer?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    public Task PutAsync(string collection, string imageId, byte[] value, CancellationToken cancellation) =>
        WriteAsync(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = """
                    INSERT INTO features (collection, image_id, value) VALUES ($collection, $image_id, $value)
                    ON CONFLICT (collection, image_id) DO UPDATE SET value = excluded.value
                    """;
                command.Parameters.AddWithValue("$collection", collection);
                command.Parameters.AddWithValue("$image_id", imageId);
                command.Parameters.AddWithValue("$value", value);
                return command.ExecuteNonQuery();
            },
            cancellation);

    public Task<IReadOnlyList<byte[]?>> GetAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<byte[]?>>(() => Read(reader => reader.Get(collection, imageIds, cancellation)), cancellation);

    public async Task<int> DeleteAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation) =>
        (int)await WriteAsync(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "DELETE FROM features WHERE collection = $collection AND image_id = $image_id";
                command.Parameters.AddWithValue("$collection", collection);
                var imageId = command.Parameters.Add("$image_id", SqliteType.Text);
                var deleted = 0;
                foreach (var id in imageIds)
                {
                    imageId.Value = id;
                    deleted += command.ExecuteNonQuery();
                }

                return deleted;
            },
            cancellation);

    public Task<long> DeleteCollectionAsync(string collection, CancellationToken cancellation) =>
        WriteAsync(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "DELETE FROM features WHERE collection = $collection";
                command.Parameters.AddWithValue("$collection", collection);
                return command.ExecuteNonQuery();
            },
            cancellation);

    public Task ProbeAsync(CancellationToken cancellation) => GetAsync("", [""], cancellation);

    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writing;
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        await _writer.DisposeAsync();
        _lock.Dispose();
    }

    private static void Prepare(SqliteConnection connection, string path)
    {
        // Large pages: a value of 140 KB lies on a few of them. The size must be set before the first table is made.
        Execute(connection, "PRAGMA page_size = 16384");
        Execute(connection, "PRAGMA journal_mode = WAL");
        Execute(connection, "PRAGMA synchronous = FULL");
        Execute(connection, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
        var version = Execute(connection, "SELECT version FROM schema_version");
        if (version is null)
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, $"INSERT INTO schema_version (version) VALUES ({SchemaVersion.ToString(CultureInfo.InvariantCulture)})");
            Execute(
                connection,
                "CREATE TABLE features (collection TEXT NOT NULL, image_id TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (collection, image_id))");
            transaction.Commit();
        }
        else if (version is not (long and SchemaVersion))
        {
            throw new InvalidOperationException($"{path} has schema version {version}; this program reads {SchemaVersion}.");
        }
    }

    private static object? Execute(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar();
    }

    private async Task<long> WriteAsync(Func<SqliteConnection, long> work, CancellationToken cancellation)
    {
        var write = new Write(work);
        await _writes.Writer.WriteAsync(write, cancellation);
        // Once queued it will be written whether or not the caller still waits.
        return await write.Done.Task.WaitAsync(cancellation);
    }

    private void WriteAll()
    {
        var batch = new List<Write>(MostWritesOfTransaction);
        while (_writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < MostWritesOfTransaction && _writes.Reader.TryRead(out var write))
                batch.Add(write);
            WriteBatch(batch);
            batch.Clear();
        }
    }

    private void WriteBatch(List<Write> batch)
    {
        try
        {
            using var transaction = _writer.BeginTransaction();
            foreach (var write in batch)
                write.Result = write.Work(_writer);
            transaction.Commit();
        }
        catch (Exception failure)
        {
            // Rolled back: none of the batch is there, and each caller is told.
            foreach (var write in batch)
                write.Done.TrySetException(failure);
            return;
        }

        foreach (var write in batch)
            write.Done.TrySetResult(write.Result);
    }

    private T Read<T>(Func<Reader, T> work)
    {
        if (!_readers.TryTake(out var reader))
            reader = new Reader(_connectionString);
        try
        {
            return work(reader);
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    private sealed class Write(Func<SqliteConnection, long> work)
    {
        public Func<SqliteConnection, long> Work { get; } = work;

        public long Result { get; set; }

        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    // A connection with its statement prepared.
    private sealed class Reader : IDisposable
    {
        private readonly SqliteConnection _connection;
        private readonly SqliteCommand _command;
        private readonly SqliteParameter _collection;
        private readonly SqliteParameter _imageId;

        public Reader(string connectionString)
        {
            _connection = new SqliteConnection(connectionString);
            _connection.Open();
            _command = _connection.CreateCommand();
            _command.CommandText = "SELECT value FROM features WHERE collection = $collection AND image_id = $image_id";
            _collection = _command.Parameters.Add("$collection", SqliteType.Text);
            _imageId = _command.Parameters.Add("$image_id", SqliteType.Text);
        }

        public byte[]?[] Get(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation)
        {
            var values = new byte[]?[imageIds.Count];
            _collection.Value = collection;
            for (var i = 0; i < values.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                _imageId.Value = imageIds[i];
                values[i] = (byte[]?)_command.ExecuteScalar();
            }

            return values;
        }

        public void Dispose()
        {
            _command.Dispose();
            _connection.Dispose();
        }
    }
}
