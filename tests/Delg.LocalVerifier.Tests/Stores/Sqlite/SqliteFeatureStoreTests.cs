using Delg.Contracts.Errors;
using Delg.LocalVerifier.Stores.Sqlite;
using Delg.ServiceDefaults.Hosting;
using Grpc.Core;
using Microsoft.Data.Sqlite;

namespace Delg.LocalVerifier.Tests.Stores.Sqlite;

/// <summary>What is the embedded store's own; what it shares with others is in <see cref="SqliteConformanceTests"/>.</summary>
public sealed class SqliteFeatureStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Put_Acknowledged_IsVisibleToAnotherReaderOfTheFile()
    {
        await using var store = Open();
        await store.PutAsync("c", "a", new byte[] { 7 }, Cancellation);
        Assert.Equal([7], (byte[])Execute("SELECT value FROM features WHERE collection = 'c' AND image_id = 'a'")!);
    }

    [Fact]
    public async Task Open_NewFile_HasTheOptionsPages()
    {
        await using (Open(new SqliteStoreOptions { PageBytes = 32768 }))
        {
        }

        Assert.Equal(32768L, Execute("PRAGMA page_size"));
        Assert.Equal("wal", Execute("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Open_FileOfOtherPages_ReadsAndWritesIt()
    {
        var value = new byte[100_000];
        new Random(1).NextBytes(value);
        await using (var small = Open(new SqliteStoreOptions { PageBytes = 4096 }))
            await small.PutAsync("c", "a", value, Cancellation);
        await using var store = Open(new SqliteStoreOptions { MapBytes = 1 << 30 });
        await store.PutAsync("c", "b", value, Cancellation);
        using var values = await store.GetAsync("c", ["a", "b"], Cancellation);
        Assert.Equal(value, values[0]!.Value.ToArray());
        Assert.Equal(value, values[1]!.Value.ToArray());
        Assert.Equal(4096L, Execute("PRAGMA page_size"));
    }

    [Fact]
    public async Task Open_FolderInUse_NamesTheFolder()
    {
        await using var store = Open();
        var failure = Assert.Throws<ServiceStartException>(() => Open());
        Assert.Contains(_folder.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OtherSchemaVersion_IsRefused()
    {
        await using (Open())
        {
        }

        Execute("UPDATE schema_version SET version = 99");
        var failure = Assert.Throws<ServiceStartException>(() => Open());
        Assert.Contains("99", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoDatabase_NamesTheFolderAndLetsItGo()
    {
        File.WriteAllText(PathOfFile, new string('x', 4096));
        var failure = Assert.Throws<ServiceStartException>(() => Open());
        Assert.Contains(_folder.Path, failure.Message, StringComparison.Ordinal);
        using var free = new FolderLock(_folder.Path);
    }

    [Fact]
    public async Task Get_DamagedFile_IsDataLoss()
    {
        await using (var store = Open())
            await store.PutAsync("c", "a", new byte[50_000], Cancellation);
        await using (var file = new FileStream(PathOfFile, FileMode.Open, FileAccess.ReadWrite))
        {
            // The pages of the table and its index; the two before them, the schema and its version, stay.
            file.Position = 2 * new SqliteStoreOptions().PageBytes;
            file.Write(Enumerable.Repeat((byte)0xA5, (int)(file.Length - file.Position)).ToArray());
        }

        var failure = await Assert.ThrowsAsync<DelgException>(async () =>
        {
            await using var store = Open();
            using var values = await store.GetAsync("c", ["a"], Cancellation);
            _ = values[0];
        });
        Assert.Equal((StatusCode.DataLoss, ErrorReason.StoredDataCorrupt), (failure.Code, failure.Reason));
        await using var damaged = Open();
        failure = await Assert.ThrowsAsync<DelgException>(() => damaged.ProbeAsync(Cancellation));
        Assert.Equal((StatusCode.DataLoss, ErrorReason.StoredDataCorrupt), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task Get_OneRowDamaged_IsDataLossOfThatValueAlone()
    {
        const int PageBytes = 4096;
        var options = new SqliteStoreOptions { PageBytes = PageBytes };
        await using (var store = Open(options))
        {
            await store.PutAsync("c", "a", Enumerable.Repeat((byte)0xA5, 10 * PageBytes).ToArray(), Cancellation);
            await store.PutAsync("c", "b", Enumerable.Repeat((byte)0x5A, 10 * PageBytes).ToArray(), Cancellation);
        }

        // The first page with nothing but a part of the value, before which stands the number of the page that holds the next part.
        var file = await File.ReadAllBytesAsync(PathOfFile, Cancellation);
        var page = Enumerable.Range(0, file.Length / PageBytes).First(i => !file.AsSpan((i * PageBytes) + sizeof(int), PageBytes - sizeof(int)).ContainsAnyExcept((byte)0xA5));
        file.AsSpan(page * PageBytes, sizeof(int)).Fill(0x7F);
        await File.WriteAllBytesAsync(PathOfFile, file, Cancellation);

        await using var damaged = Open(options);
        using var values = await damaged.GetAsync("c", ["a", "b"], Cancellation);
        var failure = Assert.Throws<DelgException>(() => values[0]);
        Assert.Equal((StatusCode.DataLoss, ErrorReason.StoredDataCorrupt, "a"), (failure.Code, failure.Reason, failure.Details["image_id"]));
        Assert.Equal(10 * PageBytes, values[1]!.Value.Length);
        await damaged.ProbeAsync(Cancellation);
    }

    [Fact]
    public async Task Translate_FullFile_IsResourceExhausted()
    {
        await using (Open())
        {
        }

        var full = Assert.Throws<SqliteException>(() => Execute("PRAGMA max_page_count = 5", "INSERT INTO features VALUES ('c', 'a', zeroblob(1000000))"));
        var failure = Assert.IsType<DelgException>(SqliteFailures.Translate(full));
        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.StoreFull), (failure.Code, failure.Reason));
    }

    private string PathOfFile => Path.Combine(_folder.Path, SqliteFeatureStore.FileName);

    private SqliteFeatureStore Open(SqliteStoreOptions? options = null) => SqliteFeatureStore.Open(_folder.Path, options ?? new SqliteStoreOptions());

    // The result of the last one.
    private object? Execute(params ReadOnlySpan<string> statements)
    {
        using var connection = new SqliteConnection($"Data Source={PathOfFile};Pooling=False");
        connection.Open();
        object? result = null;
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            result = command.ExecuteScalar();
        }

        return result;
    }
}
