using Delg.Contracts.Errors;
using Delg.GlobalIndex.Exact;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Microsoft.Data.Sqlite;

namespace Delg.GlobalIndex.Tests.Exact;

public sealed class ExactIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reopen_AfterClose_HasEverything()
    {
        Collection collection;
        GlobalEntry entry;
        await using (var index = OpenIndex.At(_folder.Path))
        {
            collection = await index.CreateAsync("photos", 3);
            entry = Vectors.Entry("a", 0.6f, 0.8f, 0);
            entry.Metadata = new Metadata { Values = { ["tags"] = new MetadataValue { StringList = new StringList { Values = { "x", "y" } } } } };
            entry.ImageSize = new ImageSize { Width = 3, Height = 4 };
            await index.UpsertAsync(collection, [entry, Vectors.Entry("b", 0, 0, 1)], Cancellation);
            await index.DeleteAsync("photos", ["b"], Cancellation);
        }

        await using var reopened = OpenIndex.At(_folder.Path);

        var expected = new Collection(collection) { EntryCount = 1 };
        Assert.Equal([expected], await reopened.ListCollectionsAsync(Cancellation));
        var neighbor = Assert.Single((await reopened.FindAsync(collection, [[0, 1, 0]]))[0].Neighbors);
        Assert.Equal(("a", entry.Metadata, entry.ImageSize), (neighbor.ImageId, neighbor.Metadata, neighbor.ImageSize));
        Assert.Equal(entry.Descriptor_, Assert.Single(await reopened.GetAsync("photos", ["a"], true, Cancellation)).Descriptor_);
    }

    [Fact]
    public async Task Reopen_FilesOfARunningIndex_HasAllThatWasAcknowledged()
    {
        await using var index = OpenIndex.At(_folder.Path);
        var collection = await index.CreateAsync("photos", 8);
        var random = new Random(5);
        for (var i = 0; i < 30; i++)
            await index.PutAsync(collection, ($"{i}", Vectors.Random(random, 8)));

        // What a sudden end leaves behind: the files as they are now, with nothing closed or flushed by us.
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(_folder.Path, "index.sqlite*"))
            File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));

        await using var reopened = OpenIndex.At(copy.Path);
        Assert.Equal(30, (await reopened.GetCollectionAsync("photos", Cancellation)).EntryCount);
    }

    [Fact]
    public async Task Open_FolderInUse_SaysWhich()
    {
        await using var index = OpenIndex.At(_folder.Path);

        var failure = Assert.Throws<ServiceStartException>(() => new EntryStore(_folder.Path));

        Assert.Contains(_folder.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NewerSchema_IsRefusedAndLetsGoOfTheFolder()
    {
        await OpenIndex.At(_folder.Path).DisposeAsync();
        await SetSchemaVersionAsync(99);

        var failure = Assert.Throws<ServiceStartException>(() => new EntryStore(_folder.Path));
        Assert.Contains("99", failure.Message, StringComparison.Ordinal);

        await SetSchemaVersionAsync(2);
        await OpenIndex.At(_folder.Path).DisposeAsync();
    }

    [Fact]
    public async Task Open_FirstSchema_IsBroughtUpToDate()
    {
        await using (var index = OpenIndex.At(_folder.Path))
            await index.PutAsync(await index.CreateAsync("photos", 2), ("a", [0.6f, 0.8f]));
        await ExecuteAsync("PRAGMA journal_mode = DELETE", "PRAGMA page_size = 4096", "VACUUM", "ALTER TABLE collections DROP COLUMN storage", "PRAGMA user_version = 1");

        await using var reopened = OpenIndex.At(_folder.Path);

        var collection = await reopened.GetCollectionAsync("photos", Cancellation);
        Assert.Equal((VectorStorage.Float32, 1), (collection.Storage, collection.EntryCount));
        Assert.Equal([0.6f, 0.8f], Assert.Single(await reopened.GetAsync("photos", ["a"], true, Cancellation)).Descriptor_.Values);
        // The page size stands in bytes 16 and 17 of the file.
        var header = (await ReadSharedAsync("index.sqlite"))[16..18];
        Assert.Equal(8192, (header[0] << 8) | header[1]);
    }

    [Fact]
    public void Open_NotADatabase_NamesTheFolder()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "index.sqlite"), new string('x', 5000));

        var failure = Assert.Throws<ServiceStartException>(() => new EntryStore(_folder.Path));

        Assert.Contains(_folder.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_OneOfAGroupRefused_TheOthersAreDone()
    {
        await using var index = OpenIndex.At(_folder.Path);
        var kept = await index.CreateAsync("kept", 2);
        var dropped = await index.CreateAsync("dropped", 2);
        await index.DeleteCollectionAsync("dropped", Cancellation);

        var good = Enumerable.Range(0, 20).Select(i => index.PutAsync(kept, ($"{i}", [1, i]))).ToList();
        var bad = Enumerable.Range(0, 20).Select(i => index.PutAsync(dropped, ($"{i}", [1, i]))).ToList();

        await Task.WhenAll(good);
        foreach (var write in bad)
            await Assert.ThrowsAsync<DelgException>(() => write);
        Assert.Equal(20, (await index.GetCollectionAsync("kept", Cancellation)).EntryCount);
    }

    [Fact]
    public async Task Write_CallerAlreadyGone_WritesNothing()
    {
        await using var index = OpenIndex.At(_folder.Path);
        var collection = await index.CreateAsync("photos", 2);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => index.UpsertAsync(collection, [Vectors.Entry("a", 1, 0)], new CancellationToken(canceled: true)));

        Assert.Equal(0, (await index.GetCollectionAsync("photos", Cancellation)).EntryCount);
    }

    [Fact]
    public void UnitVector_OfAUnitVector_KeepsItsBits()
    {
        var random = new Random(2);
        for (var i = 0; i < 100; i++)
        {
            var once = UnitVector.Of([.. Vectors.Random(random, 300)]);
            Assert.Equal(once, UnitVector.Of([.. once]));
        }
    }

    private Task SetSchemaVersionAsync(int version) => ExecuteAsync($"PRAGMA user_version = {version}");

    private async Task<byte[]> ReadSharedAsync(string name)
    {
        await using var file = new FileStream(Path.Combine(_folder.Path, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, Cancellation);
        return bytes;
    }

    private async Task ExecuteAsync(params string[] statements)
    {
        var file = new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder.Path, "index.sqlite"), Pooling = false };
        await using var connection = new SqliteConnection(file.ConnectionString);
        await connection.OpenAsync(Cancellation);
        foreach (var statement in statements)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = statement;
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}
