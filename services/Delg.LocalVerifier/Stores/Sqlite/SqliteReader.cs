using System.Buffers;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Delg.LocalVerifier.Stores.Sqlite;

/// <summary>
/// A connection that reads values, one thread at a time. Below ADO, which has no way from a column to a buffer of ours: a value goes from SQLite's
/// page to its pooled buffer in one copy.
/// </summary>
internal sealed class SqliteReader : IDisposable
{
    private const int BusyTimeoutMilliseconds = 5000;

    private readonly SqliteConnection _connection;
    private readonly ValueBuffers _buffers;
    private readonly sqlite3_stmt _select;
    private readonly sqlite3_stmt _list;

    public SqliteReader(string connectionString, long mapBytes, ValueBuffers buffers)
    {
        _buffers = buffers;
        _connection = new SqliteConnection(connectionString);
        try
        {
            _connection.Open();
            using (var command = _connection.CreateCommand())
            {
                command.CommandText = $"PRAGMA mmap_size = {mapBytes.ToString(CultureInfo.InvariantCulture)}";
                command.ExecuteScalar();
            }

            // Readers wait for the writer at rare moments only, as when a log that a crash left is taken over.
            Check(raw.sqlite3_busy_timeout(_connection.Handle, BusyTimeoutMilliseconds));
            Check(raw.sqlite3_prepare_v3(
                _connection.Handle, "SELECT value FROM features WHERE collection = ? AND image_id = ?", raw.SQLITE_PREPARE_PERSISTENT, out _select));
            Check(raw.sqlite3_prepare_v3(
                _connection.Handle, "SELECT image_id FROM features WHERE collection = ? AND image_id > ? ORDER BY image_id LIMIT ?", 0, out _list));
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>A value in a buffer of its own; null when there is none.</summary>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public IMemoryOwner<byte>? Get(string collection, string imageId)
    {
        try
        {
            Check(raw.sqlite3_bind_text(_select, 1, collection));
            Check(raw.sqlite3_bind_text(_select, 2, imageId));
            var step = raw.sqlite3_step(_select);
            if (step == raw.SQLITE_ROW)
                return new PooledValue(raw.sqlite3_column_blob(_select, 0), _buffers);
            if (step != raw.SQLITE_DONE)
                Check(step);
            return null;
        }
        finally
        {
            // A statement that is not reset keeps its snapshot, and the log behind it, alive.
            raw.sqlite3_reset(_select);
        }
    }

    /// <summary>The next ids of a collection in their order.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="after">Ids up to this one are passed over.</param>
    /// <param name="most">Ids at most.</param>
    /// <exception cref="SqliteException">The file cannot be read.</exception>
    public IReadOnlyList<string> List(string collection, string after, int most)
    {
        try
        {
            Check(raw.sqlite3_bind_text(_list, 1, collection));
            Check(raw.sqlite3_bind_text(_list, 2, after));
            Check(raw.sqlite3_bind_int(_list, 3, most));
            var ids = new List<string>();
            int step;
            while ((step = raw.sqlite3_step(_list)) == raw.SQLITE_ROW)
                ids.Add(raw.sqlite3_column_text(_list, 0).utf8_to_string());
            if (step != raw.SQLITE_DONE)
                Check(step);
            return ids;
        }
        finally
        {
            raw.sqlite3_reset(_list);
        }
    }

    public void Dispose()
    {
        _select.Dispose();
        _list.Dispose();
        _connection.Dispose();
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _connection.Handle);
}
