using System.Globalization;
using Delg.GlobalIndex.Filters;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Data.Sqlite;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// The SQLite file behind the exact index. Writes go through one connection, used by one thread; each read opens a pooled one and sees
/// the last commit. A commit is on disk when it returns (WAL, synchronous = FULL).
/// </summary>
internal sealed class EntryStore : IDisposable
{
    private const string FileName = "index.sqlite";
    private const string VectorFolderName = "vectors";
    private const long SchemaVersion = 2;

    // A row with a 2048-component vector spills one page of 8 KiB, but two of SQLite's 4 KiB; larger pages make small commits dear.
    private const int PageBytes = 8192;

    private const string Schema = """
        CREATE TABLE collections (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            model_id TEXT NOT NULL,
            dim INTEGER NOT NULL,
            create_time INTEGER NOT NULL,
            storage INTEGER NOT NULL) STRICT;
        CREATE TABLE entries (
            key INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL REFERENCES collections(key),
            image_id TEXT NOT NULL,
            update_time INTEGER NOT NULL,
            content_hash BLOB NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            metadata BLOB NOT NULL,
            vector BLOB NOT NULL,
            UNIQUE (collection, image_id)) STRICT;
        """;

    private readonly FolderLock _lock;
    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private SqliteTransaction? _transaction;

    /// <summary>Takes the folder for this process alone and opens its file, or makes it.</summary>
    /// <param name="folder">An existing folder of this index alone.</param>
    /// <exception cref="ServiceStartException">
    /// Another process holds the folder, or its file was written by a newer version or is not one of ours.
    /// </exception>
    public EntryStore(string folder)
    {
        _lock = new FolderLock(folder);
        // What a process left that ended between making a file and taking its name away.
        if (Directory.Exists(Path.Combine(folder, VectorFolderName)))
            Directory.Delete(Path.Combine(folder, VectorFolderName), recursive: true);
        VectorFolder = Directory.CreateDirectory(Path.Combine(folder, VectorFolderName)).FullName;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, FileName) }.ConnectionString;
        _writer = new SqliteConnection(_connectionString);
        try
        {
            _writer.Open();
            Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA page_size = {PageBytes}"));
            Execute("PRAGMA journal_mode = WAL");
            Execute("PRAGMA synchronous = FULL");
            Execute("PRAGMA foreign_keys = ON");
            Migrate(folder);
        }
        catch (Exception failure)
        {
            Dispose();
            if (failure is SqliteException)
                throw new ServiceStartException($"The index in '{folder}' cannot be opened: {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>Where the running index keeps its <see cref="VectorFile"/>s.</summary>
    public string VectorFolder { get; }

    public IReadOnlyList<CollectionRow> ReadCollections()
    {
        using var command = _writer.CreateCommand();
        command.CommandText = "SELECT key, name, model_id, dim, storage, create_time FROM collections";
        using var reader = command.ExecuteReader();
        var rows = new List<CollectionRow>();
        while (reader.Read())
        {
            rows.Add(new CollectionRow(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), (VectorStorage)reader.GetInt32(4), TimeOf(reader.GetInt64(5))));
        }

        return rows;
    }

    /// <summary>Reads everything that memory keeps, in the order of the file.</summary>
    /// <param name="take">Called with the collection's key, the entry and its vector as stored.</param>
    /// <param name="cancellation">Ends the reading early.</param>
    public void ReadVectors(Action<long, StoredEntry, byte[]> take, CancellationToken cancellation)
    {
        using var command = _writer.CreateCommand();
        command.CommandText = "SELECT collection, image_id, width, height, metadata, vector FROM entries NOT INDEXED";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            var entry = new StoredEntry(reader.GetString(1), reader.GetFieldValue<byte[]>(4), reader.GetInt32(2), reader.GetInt32(3));
            take(reader.GetInt64(0), entry, reader.GetFieldValue<byte[]>(5));
        }
    }

    public void Begin() => _transaction = _writer.BeginTransaction();

    public void Commit()
    {
        _transaction!.Commit();
        EndTransaction();
    }

    public void Rollback()
    {
        // SQLite itself rolls back on some errors (a full disk); rolling back again is then an error of no interest.
        try
        {
            _transaction?.Rollback();
        }
        catch (Exception failure) when (failure is SqliteException or InvalidOperationException)
        {
        }

        EndTransaction();
    }

    public CollectionRow InsertCollection(Collection collection, DateTime now)
    {
        using var command = Command(
            "INSERT INTO collections (name, model_id, dim, create_time, storage) VALUES ($name, $model, $dim, $now, $storage) RETURNING key",
            ("$name", collection.Name), ("$model", collection.ModelId), ("$dim", collection.Dim), ("$now", now.Ticks), ("$storage", (int)collection.Storage));
        var key = (long)command.ExecuteScalar()!;
        return new CollectionRow(key, collection.Name, collection.ModelId, (int)collection.Dim, collection.Storage, now);
    }

    public void DeleteCollection(long key)
    {
        using var entries = Command("DELETE FROM entries WHERE collection = $key", ("$key", key));
        entries.ExecuteNonQuery();
        using var collection = Command("DELETE FROM collections WHERE key = $key", ("$key", key));
        collection.ExecuteNonQuery();
    }

    public void Upsert(CollectionRow collection, IEnumerable<EntryWrite> entries, DateTime now)
    {
        using var command = Command(
            """
            INSERT INTO entries (collection, image_id, update_time, content_hash, width, height, metadata, vector)
            VALUES ($collection, $id, $now, $hash, $width, $height, $metadata, $vector)
            ON CONFLICT (collection, image_id) DO UPDATE SET update_time = excluded.update_time, content_hash = excluded.content_hash,
                width = excluded.width, height = excluded.height, metadata = excluded.metadata, vector = excluded.vector
            """,
            ("$collection", collection.Key), ("$now", now.Ticks));
        var id = command.Parameters.Add("$id", SqliteType.Text);
        var hash = command.Parameters.Add("$hash", SqliteType.Blob);
        var width = command.Parameters.Add("$width", SqliteType.Integer);
        var height = command.Parameters.Add("$height", SqliteType.Integer);
        var metadata = command.Parameters.Add("$metadata", SqliteType.Blob);
        var vector = command.Parameters.Add("$vector", SqliteType.Blob);
        command.Prepare();
        foreach (var entry in entries)
        {
            id.Value = entry.Stored.ImageId;
            hash.Value = entry.ContentHash;
            width.Value = entry.Stored.Width;
            height.Value = entry.Stored.Height;
            metadata.Value = entry.Stored.Metadata;
            vector.Value = VectorBlob.Encode(entry.Vector, collection.Storage);
            command.ExecuteNonQuery();
        }
    }

    public void Delete(long collection, IEnumerable<string> imageIds)
    {
        using var command = Command("DELETE FROM entries WHERE collection = $collection AND image_id = $id", ("$collection", collection));
        var id = command.Parameters.Add("$id", SqliteType.Text);
        command.Prepare();
        foreach (var imageId in imageIds)
        {
            id.Value = imageId;
            command.ExecuteNonQuery();
        }
    }

    public IReadOnlyList<GlobalEntry> Get(CollectionRow collection, IReadOnlyList<string> imageIds, bool includeDescriptors)
    {
        using var connection = OpenReader();
        // One transaction: all entries of the answer are of the same moment.
        using var transaction = connection.BeginTransaction(deferred: true);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"SELECT {Columns(includeDescriptors)} FROM entries WHERE collection = $collection AND image_id = $id";
        command.Parameters.AddWithValue("$collection", collection.Key);
        var id = command.Parameters.Add("$id", SqliteType.Text);
        command.Prepare();
        var entries = new List<GlobalEntry>();
        foreach (var imageId in imageIds)
        {
            id.Value = imageId;
            using var reader = command.ExecuteReader();
            if (reader.Read())
                entries.Add(EntryOf(reader, collection, includeDescriptors));
        }

        return entries;
    }

    public IReadOnlyList<GlobalEntry> List(CollectionRow collection, string afterImageId, int count, Filter? filter, CancellationToken cancellation)
    {
        using var connection = OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText =
            $"SELECT {Columns(false)} FROM entries WHERE collection = $collection AND image_id > $after ORDER BY image_id";
        command.Parameters.AddWithValue("$collection", collection.Key);
        command.Parameters.AddWithValue("$after", afterImageId);
        using var reader = command.ExecuteReader();
        var entries = new List<GlobalEntry>();
        while (entries.Count < count && reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            var entry = EntryOf(reader, collection, includeDescriptor: false);
            if (filter is null || filter.Matches(entry.Metadata))
                entries.Add(entry);
        }

        return entries;
    }

    public void Dispose()
    {
        Rollback();
        SqliteConnection.ClearPool(_writer);
        _writer.Dispose();
        _lock.Dispose();
    }

    private void Migrate(string folder)
    {
        using var command = Command("PRAGMA user_version");
        var version = (long)command.ExecuteScalar()!;
        if (version > SchemaVersion)
        {
            throw new ServiceStartException(
                $"The index in '{folder}' has schema version {version}; this program knows versions up to {SchemaVersion}. Use a newer program.");
        }

        if (version == SchemaVersion)
            return;
        using var transaction = _writer.BeginTransaction();
        if (version == 0)
            Execute(Schema, transaction);
        else
            Execute("ALTER TABLE collections ADD COLUMN storage INTEGER NOT NULL DEFAULT 1", transaction);
        Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {SchemaVersion}"), transaction);
        transaction.Commit();
        if (version == 1)
            Rewrite();
    }

    /// <summary>Brings a file of an older version to the page size of this one.</summary>
    private void Rewrite()
    {
        Execute("PRAGMA journal_mode = DELETE");
        Execute("VACUUM");
        Execute("PRAGMA journal_mode = WAL");
    }

    private static string Columns(bool withVector) =>
        withVector ? "image_id, update_time, content_hash, width, height, metadata, vector" : "image_id, update_time, content_hash, width, height, metadata";

    private static GlobalEntry EntryOf(SqliteDataReader reader, CollectionRow collection, bool includeDescriptor)
    {
        var entry = new GlobalEntry
        {
            ImageId = reader.GetString(0),
            UpdateTime = Timestamp.FromDateTime(TimeOf(reader.GetInt64(1))),
            ContentHash = UnsafeByteOperations.UnsafeWrap(reader.GetFieldValue<byte[]>(2)),
            ImageSize = StoredEntry.SizeOf(reader.GetInt32(3), reader.GetInt32(4)),
            Metadata = StoredEntry.MetadataOf(reader.GetFieldValue<byte[]>(5)),
        };
        if (!includeDescriptor)
            return entry;
        var vector = new float[collection.Dim];
        VectorBlob.Decode(reader.GetFieldValue<byte[]>(6), collection.Storage, vector);
        entry.Descriptor_ = new GlobalDescriptor { ModelId = collection.ModelId, Values = { vector } };
        return entry;
    }

    private static DateTime TimeOf(long ticks) => new(ticks, DateTimeKind.Utc);

    private SqliteConnection OpenReader()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    private void EndTransaction()
    {
        _transaction?.Dispose();
        _transaction = null;
    }

    private void Execute(string sql, SqliteTransaction? transaction = null)
    {
        using var command = _writer.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = _writer.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }
}
