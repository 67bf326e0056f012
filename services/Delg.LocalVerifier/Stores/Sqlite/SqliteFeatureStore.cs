using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Delg.ServiceDefaults.Hosting;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Delg.LocalVerifier.Stores.Sqlite;

/// <summary>
/// Values in one SQLite file. An acknowledged write survives a crash or power cut (WAL, synchronous=FULL), see <see cref="SqliteWriter"/>. Reads have
/// connections of their own and see the last commit.
/// </summary>
internal sealed class SqliteFeatureStore : IFeatureStore, IAsyncDisposable
{
    /// <summary>The file in the store's folder.</summary>
    public const string FileName = "features.db";

    private const int SchemaVersion = 1;

    // Ids read at a time: between two reads nothing of the file is held.
    private const int IdsOfPage = 1000;

    // A second reader is worth waking for this many values.
    private const int ValuesOfReader = 8;

    private readonly FolderLock _lock;
    private readonly string _connectionString;
    private readonly SqliteStoreOptions _options;
    private readonly SqliteWriter _writer;
    private readonly int _readConnections;
    private readonly SemaphoreSlim _reading;
    private readonly ConcurrentBag<SqliteReader> _readers = [];
    private readonly ValueBuffers _buffers;

    private SqliteFeatureStore(FolderLock folderLock, string connectionString, SqliteConnection writer, SqliteStoreOptions options)
    {
        _lock = folderLock;
        _connectionString = connectionString;
        _options = options;
        _writer = new SqliteWriter(writer, options.MaxWritesPerCommit);
        _readConnections = options.ReadConnections > 0 ? options.ReadConnections : Environment.ProcessorCount;
        _reading = new SemaphoreSlim(_readConnections);
        _buffers = new ValueBuffers(options.MaxBufferBytes);
    }

    /// <summary>Opens the store in a folder, making its file when it is not there.</summary>
    /// <param name="folder">An existing folder of this store alone.</param>
    /// <param name="options">Checked options.</param>
    /// <exception cref="ServiceStartException">The folder is in use, or its file is of another version or no database.</exception>
    public static SqliteFeatureStore Open(string folder, SqliteStoreOptions options)
    {
        var folderLock = new FolderLock(folder);
        SqliteConnection? writer = null;
        try
        {
            var path = Path.Combine(folder, FileName);
            var connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString;
            writer = new SqliteConnection(connectionString);
            writer.Open();
            Prepare(writer, path, options);
            return new SqliteFeatureStore(folderLock, connectionString, writer, options);
        }
        catch (Exception failure)
        {
            writer?.Dispose();
            folderLock.Dispose();
            if (failure is SqliteException)
                throw new ServiceStartException($"The features in '{folder}' cannot be opened: {failure.Message}", failure);
            throw;
        }
    }

    public Task PutAsync(string collection, string imageId, ReadOnlyMemory<byte> value, CancellationToken cancellation) =>
        _writer.WriteAsync(statements => statements.Put(collection, imageId, value), cancellation);

    public async Task<StoredValues> GetAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation)
    {
        var owners = new IMemoryOwner<byte>?[imageIds.Count];
        var next = -1;
        var readers = Math.Clamp(imageIds.Count / ValuesOfReader, 1, _readConnections);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, readers).Select(_ => ReadAsync(Read, cancellation)));
        }
        catch
        {
            new StoredValues(owners).Dispose();
            throw;
        }

        return new StoredValues(owners);

        void Read(SqliteReader reader)
        {
            for (var i = Interlocked.Increment(ref next); i < owners.Length; i = Interlocked.Increment(ref next))
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    owners[i] = reader.Get(collection, imageIds[i]);
                }
                catch (SqliteException damage) when (damage.SqliteErrorCode == raw.SQLITE_CORRUPT)
                {
                    owners[i] = new UnreadableValue(collection, imageIds[i], SqliteFailures.Translate(damage));
                }
            }
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string collection, [EnumeratorCancellation] CancellationToken cancellation)
    {
        IReadOnlyList<string> page = [""];
        do
        {
            var after = page[^1];
            await ReadAsync(reader => page = reader.List(collection, after, IdsOfPage), cancellation);
            foreach (var imageId in page)
                yield return imageId;
        }
        while (page.Count == IdsOfPage);
    }

    public async Task<int> DeleteAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation) =>
        (int)await _writer.WriteAsync(statements => imageIds.Sum(imageId => statements.Delete(collection, imageId)), cancellation);

    public async Task<long> DeleteCollectionAsync(string collection, CancellationToken cancellation)
    {
        var deleted = 0L;
        for (string? after = ""; after is not null;)
        {
            string? last = null;
            deleted += await _writer.WriteAsync(
                statements => statements.DeletePage(collection, after, _options.DeleteBatchImages, out last), cancellation);
            after = last;
        }

        return deleted;
    }

    public async Task ProbeAsync(CancellationToken cancellation)
    {
        using var values = await GetAsync("", [""], cancellation);
        // There is none; of a damaged file, that cannot be told.
        _ = values[0];
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        _reading.Dispose();
        _lock.Dispose();
    }

    private static void Prepare(SqliteConnection connection, string path, SqliteStoreOptions options)
    {
        // Has its effect on a file without a table only.
        Execute(connection, $"PRAGMA page_size = {Text(options.PageBytes)}");
        Execute(connection, "PRAGMA journal_mode = WAL");
        Execute(connection, "PRAGMA synchronous = FULL");
        Execute(connection, $"PRAGMA journal_size_limit = {Text(options.MaxLogBytes)}");
        Execute(connection, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
        var version = Execute(connection, "SELECT version FROM schema_version");
        if (version is null)
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, $"INSERT INTO schema_version (version) VALUES ({Text(SchemaVersion)})");
            Execute(
                connection,
                "CREATE TABLE features (collection TEXT NOT NULL, image_id TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (collection, image_id))");
            transaction.Commit();
        }
        else if (version is not (long and SchemaVersion))
        {
            throw new ServiceStartException($"{path} has schema version {version}; this program reads {SchemaVersion}.");
        }
    }

    private static object? Execute(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar();
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private async Task ReadAsync(Action<SqliteReader> read, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            await Task.Run(() => WithReader(read), cancellation);
        }
        finally
        {
            _reading.Release();
        }
    }

    private void WithReader(Action<SqliteReader> read)
    {
        if (!_readers.TryTake(out var reader))
            reader = new SqliteReader(_connectionString, _options.MapBytes, _buffers);
        try
        {
            read(reader);
        }
        catch (SqliteException failure)
        {
            throw SqliteFailures.Translate(failure);
        }
        finally
        {
            _readers.Add(reader);
        }
    }
}
