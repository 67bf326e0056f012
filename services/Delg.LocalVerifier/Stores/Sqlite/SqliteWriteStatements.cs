using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Delg.LocalVerifier.Stores.Sqlite;

/// <summary>What the writer does inside a transaction: each statement is prepared once.</summary>
internal sealed class SqliteWriteStatements : IDisposable
{
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _lastOfPage;
    private readonly SqliteCommand _deletePage;

    public SqliteWriteStatements(SqliteConnection connection)
    {
        _put = Command(
            connection,
            """
            INSERT INTO features (collection, image_id, value) VALUES ($collection, $image_id, $value)
            ON CONFLICT (collection, image_id) DO UPDATE SET value = excluded.value
            """,
            "$image_id", "$value");
        _delete = Command(connection, "DELETE FROM features WHERE collection = $collection AND image_id = $image_id", "$image_id");
        _lastOfPage = Command(
            connection,
            "SELECT image_id FROM features WHERE collection = $collection AND image_id > $after ORDER BY image_id LIMIT 1 OFFSET $size - 1",
            "$after", "$size");
        _deletePage = Command(
            connection,
            "DELETE FROM features WHERE collection = $collection AND image_id > $after AND ($last IS NULL OR image_id <= $last)",
            "$after", "$last");
    }

    /// <summary>The transaction they take part in.</summary>
    public SqliteTransaction Transaction
    {
        set => _put.Transaction = _delete.Transaction = _lastOfPage.Transaction = _deletePage.Transaction = value;
    }

    public long Put(string collection, string imageId, ReadOnlyMemory<byte> value)
    {
        // ADO binds whole arrays only; the values that are put are such.
        var bytes = MemoryMarshal.TryGetArray(value, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : value.ToArray();
        return Bind(_put, collection, imageId, bytes).ExecuteNonQuery();
    }

    /// <summary>Removes a value and returns 1, or 0 when there is none.</summary>
    public long Delete(string collection, string imageId) => Bind(_delete, collection, imageId).ExecuteNonQuery();

    /// <summary>Removes the next values of a collection in the order of their ids, and returns how many.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="after">Ids up to this one stay.</param>
    /// <param name="size">Values removed at most.</param>
    /// <param name="last">The last id of a full page; null: nothing is left behind this one.</param>
    public long DeletePage(string collection, string after, int size, out string? last)
    {
        last = (string?)Bind(_lastOfPage, collection, after, size).ExecuteScalar();
        return Bind(_deletePage, collection, after, last is null ? DBNull.Value : last).ExecuteNonQuery();
    }

    public void Dispose()
    {
        _put.Dispose();
        _delete.Dispose();
        _lastOfPage.Dispose();
        _deletePage.Dispose();
    }

    private static SqliteCommand Command(SqliteConnection connection, string text, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        command.Parameters.Add(new SqliteParameter { ParameterName = "$collection" });
        foreach (var parameter in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        return command;
    }

    private static SqliteCommand Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        return command;
    }
}
