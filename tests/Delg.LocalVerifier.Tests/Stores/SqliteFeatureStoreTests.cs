using Delg.LocalVerifier.Stores;
using Microsoft.Data.Sqlite;

namespace Delg.LocalVerifier.Tests.Stores;

public sealed class SqliteFeatureStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Put_Reopened_IsStillThere()
    {
        await using (var store = SqliteFeatureStore.Open(_folder.Path))
        {
            await store.PutAsync("c", "a", [1, 2, 3], Cancellation);
            await store.PutAsync("c", "b", [4], Cancellation);
            await store.PutAsync("c", "a", [5, 6], Cancellation);
        }

        await using var reopened = SqliteFeatureStore.Open(_folder.Path);
        var values = await reopened.GetAsync("c", ["b", "missing", "a", "b"], Cancellation);
        Assert.Equal([4], values[0]!);
        Assert.Null(values[1]);
        Assert.Equal([5, 6], values[2]!);
        Assert.Equal([4], values[3]!);
    }

    [Fact]
    public async Task Put_Acknowledged_IsVisibleToAnotherReaderOfTheFile()
    {
        await using var store = SqliteFeatureStore.Open(_folder.Path);
        await store.PutAsync("c", "a", [7], Cancellation);
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, SqliteFeatureStore.FileName)};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM features WHERE collection = 'c' AND image_id = 'a'";
        Assert.Equal([7], (byte[])command.ExecuteScalar()!);
    }

    [Fact]
    public async Task Put_ManyAtOnce_AllArrive()
    {
        await using var store = SqliteFeatureStore.Open(_folder.Path);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => store.PutAsync("c", $"{i}", BitConverter.GetBytes(i), Cancellation)));
        var values = await store.GetAsync("c", [.. Enumerable.Range(0, 500).Select(i => $"{i}")], Cancellation);
        Assert.Equal(Enumerable.Range(0, 500), values.Select(value => BitConverter.ToInt32(value!)));
    }

    [Fact]
    public async Task Delete_TellsHowManyWereThere()
    {
        await using var store = SqliteFeatureStore.Open(_folder.Path);
        await store.PutAsync("c", "a", [1], Cancellation);
        await store.PutAsync("c", "b", [2], Cancellation);
        await store.PutAsync("other", "a", [3], Cancellation);
        Assert.Equal(1, await store.DeleteAsync("c", ["a", "a", "missing"], Cancellation));
        Assert.Equal(1, await store.DeleteCollectionAsync("c", Cancellation));
        Assert.Equal(0, await store.DeleteCollectionAsync("c", Cancellation));
        Assert.Null((await store.GetAsync("c", ["b"], Cancellation))[0]);
        Assert.Equal([3], (await store.GetAsync("other", ["a"], Cancellation))[0]!);
    }

    [Fact]
    public async Task Get_AwkwardIds_AreKeptApart()
    {
        await using var store = SqliteFeatureStore.Open(_folder.Path);
        string[] ids = ["a", "A", "a ", "ä", "a\u0308", "'; DROP TABLE features; --", "日本/🗼.jpg"];
        for (var i = 0; i < ids.Length; i++)
            await store.PutAsync("c", ids[i], [(byte)i], Cancellation);
        var values = await store.GetAsync("c", ids, Cancellation);
        Assert.Equal(Enumerable.Range(0, ids.Length), values.Select(value => (int)value![0]));
    }

    [Fact]
    public async Task Open_FolderInUse_NamesTheFolder()
    {
        await using var store = SqliteFeatureStore.Open(_folder.Path);
        var failure = Assert.Throws<InvalidOperationException>(() => SqliteFeatureStore.Open(_folder.Path));
        Assert.Contains(_folder.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OtherSchemaVersion_IsRefused()
    {
        await using (SqliteFeatureStore.Open(_folder.Path))
        {
        }

        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, SqliteFeatureStore.FileName)};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE schema_version SET version = 99";
            command.ExecuteNonQuery();
        }

        var failure = Assert.Throws<InvalidOperationException>(() => SqliteFeatureStore.Open(_folder.Path));
        Assert.Contains("99", failure.Message, StringComparison.Ordinal);
    }
}
