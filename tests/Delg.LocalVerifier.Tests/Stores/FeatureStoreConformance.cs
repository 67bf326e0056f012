using Delg.LocalVerifier.Stores;

namespace Delg.LocalVerifier.Tests.Stores;

/// <summary>What every store does. Each store runs all of it in a test class of its own.</summary>
public abstract class FeatureStoreConformance
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_AfterPuts_GivesTheLastValueOfEachInTheOrderAsked()
    {
        await using var opened = await OpenAsync();
        await PutAsync(opened.Store, "c", "a", [1, 2, 3]);
        await PutAsync(opened.Store, "c", "b", [4]);
        await PutAsync(opened.Store, "c", "a", [5, 6]);
        using var values = await opened.Store.GetAsync("c", ["b", "missing", "a", "b"], Cancellation);
        Assert.Equal([[4], null, [5, 6], [4]], ToArrays(values));
    }

    [Fact]
    public async Task Get_NoIds_GivesNothing()
    {
        await using var opened = await OpenAsync();
        using var values = await opened.Store.GetAsync("c", [], Cancellation);
        Assert.Equal(0, values.Count);
    }

    [Fact]
    public async Task Put_ValuesOfAllSizes_ComeBackWhole()
    {
        await using var opened = await OpenAsync();
        int[] sizes = [0, 1, 100, 4096, 16_384, 144_100, 5_300_000];
        byte[][] expected = [.. sizes.Select(RandomBytes)];
        for (var i = 0; i < sizes.Length; i++)
            await PutAsync(opened.Store, "c", $"{i}", expected[i]);
        using var values = await opened.Store.GetAsync("c", [.. sizes.Select((_, i) => $"{i}")], Cancellation);
        // Not Assert.Equal, which takes seconds for megabytes.
        for (var i = 0; i < sizes.Length; i++)
            Assert.True(values[i]!.Value.Span.SequenceEqual(expected[i]), $"the value of {sizes[i]} bytes");
    }

    [Fact]
    public async Task Put_PartOfABuffer_StoresThatPart()
    {
        await using var opened = await OpenAsync();
        await opened.Store.PutAsync("c", "a", new byte[] { 1, 2, 3, 4 }.AsMemory(1, 2), Cancellation);
        Assert.Equal([2, 3], await GetAsync(opened.Store, "c", "a"));
    }

    [Fact]
    public async Task Put_ManyAtOnce_AllArrive()
    {
        await using var opened = await OpenAsync();
        string[] ids = [.. Enumerable.Range(0, 500).Select(i => $"{i}")];
        await Task.WhenAll(ids.Select((id, i) => opened.Store.PutAsync("c", id, BitConverter.GetBytes(i), Cancellation)));
        using var values = await opened.Store.GetAsync("c", ids, Cancellation);
        Assert.Equal(Enumerable.Range(0, 500), ToArrays(values).Select(value => BitConverter.ToInt32(value!)));
    }

    [Fact]
    public async Task Get_ManyCallsAtOnce_EachGetsItsOwn()
    {
        await using var opened = await OpenAsync();
        for (var i = 0; i < 40; i++)
            await PutAsync(opened.Store, "c", $"{i}", [(byte)i]);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async caller =>
        {
            int[] wanted = [.. Enumerable.Range(0, 100).Select(i => (i + caller) % 40)];
            using var values = await opened.Store.GetAsync("c", Array.ConvertAll(wanted, i => $"{i}"), Cancellation);
            Assert.Equal(wanted, ToArrays(values).Select(value => (int)value![0]));
        }));
    }

    [Fact]
    public async Task Put_Reopened_IsStillThere()
    {
        await using var opened = await OpenAsync();
        await PutAsync(opened.Store, "c", "a", [7]);
        await opened.ReopenAsync();
        Assert.Equal([7], await GetAsync(opened.Store, "c", "a"));
    }

    [Fact]
    public async Task Delete_TellsHowManyWereThere()
    {
        await using var opened = await OpenAsync();
        await PutAsync(opened.Store, "c", "a", [1]);
        await PutAsync(opened.Store, "c", "b", [2]);
        await PutAsync(opened.Store, "other", "a", [3]);
        Assert.Equal(1, await opened.Store.DeleteAsync("c", ["a", "a", "missing"], Cancellation));
        Assert.Null(await GetAsync(opened.Store, "c", "a"));
        Assert.Equal([2], await GetAsync(opened.Store, "c", "b"));
        Assert.Equal([3], await GetAsync(opened.Store, "other", "a"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SmallBatch)]
    [InlineData((3 * SmallBatch) + 1)]
    public async Task DeleteCollection_AnySize_RemovesItAloneAndCounts(int images)
    {
        await using var opened = await OpenAsync();
        for (var i = 0; i < images; i++)
            await PutAsync(opened.Store, "c", $"{i}", [1]);
        // Names that a pattern or a range could take for the collection's.
        string[] others = ["cc", "C", "c-", "c_1"];
        foreach (var other in others)
            await PutAsync(opened.Store, other, "0", [2]);
        Assert.Equal(images, await opened.Store.DeleteCollectionAsync("c", Cancellation));
        Assert.Equal(0, await opened.Store.DeleteCollectionAsync("c", Cancellation));
        using var values = await opened.Store.GetAsync("c", [.. Enumerable.Range(0, images).Select(i => $"{i}")], Cancellation);
        Assert.All(ToArrays(values), Assert.Null);
        foreach (var other in others)
            Assert.Equal([2], await GetAsync(opened.Store, other, "0"));
    }

    [Fact]
    public async Task DeleteCollection_BrokenOff_IsFinishedByTheNextCall()
    {
        await using var opened = await OpenAsync();
        for (var i = 0; i < 10 * SmallBatch; i++)
            await PutAsync(opened.Store, "c", $"{i}", [1]);
        using (var stop = new CancellationTokenSource())
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opened.Store.DeleteCollectionAsync("c", stop.Token));
        }

        await opened.Store.DeleteCollectionAsync("c", Cancellation);
        using var values = await opened.Store.GetAsync("c", [.. Enumerable.Range(0, 10 * SmallBatch).Select(i => $"{i}")], Cancellation);
        Assert.All(ToArrays(values), Assert.Null);
    }

    [Fact]
    public async Task Get_AwkwardIds_AreKeptApart()
    {
        await using var opened = await OpenAsync();
        string[] ids =
        [
            "a", "A", "a ", "ä", "a\u0308", "'; DROP TABLE features; --", "日本/🗼.jpg", "{a}", "{b}", "%7Ba}", "*", "a*", "[ab]", "a:b", ":", "c:a", "\\", "?",
        ];
        for (var i = 0; i < ids.Length; i++)
            await PutAsync(opened.Store, "c", ids[i], [(byte)i]);
        using var values = await opened.Store.GetAsync("c", ids, Cancellation);
        Assert.Equal(Enumerable.Range(0, ids.Length), ToArrays(values).Select(value => (int)value![0]));
        Assert.Equal(1, await opened.Store.DeleteAsync("c", ["*"], Cancellation));
        Assert.Equal(ids.Length - 1, await opened.Store.DeleteCollectionAsync("c", Cancellation));
    }

    [Fact]
    public async Task List_AwkwardIdsAndManyPages_GivesTheCollectionsOwn()
    {
        await using var opened = await OpenAsync();
        string[] ids = [.. Enumerable.Range(0, 2001).Select(i => $"{i}"), "ä", "{a}", "%7Ba}", "%25", "c:a", "日本/🗼.jpg", "*"];
        await Task.WhenAll(ids.Select(id => opened.Store.PutAsync("c", id, new byte[] { 1 }, Cancellation)));
        await PutAsync(opened.Store, "cc", "other", [2]);
        var listed = await opened.Store.ListAsync("c", Cancellation).ToListAsync(Cancellation);
        Assert.Equal(ids.Order(StringComparer.Ordinal), listed.Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(await opened.Store.ListAsync("nothing", Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Get_Cancelled_SaysSo()
    {
        await using var opened = await OpenAsync();
        await PutAsync(opened.Store, "c", "a", [1]);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opened.Store.GetAsync("c", ["a"], stop.Token));
        Assert.Equal([1], await GetAsync(opened.Store, "c", "a"));
    }

    [Fact]
    public async Task Probe_OpenStore_Answers()
    {
        await using var opened = await OpenAsync();
        Assert.Null(await Record.ExceptionAsync(() => opened.Store.ProbeAsync(Cancellation)));
    }

    /// <summary>Images that the stores under test remove at a time when a collection is deleted.</summary>
    private protected const int SmallBatch = 7;

    /// <summary>A store that holds nothing.</summary>
    private protected abstract Task<OpenedStore> OpenAsync();

    private static Task PutAsync(IFeatureStore store, string collection, string imageId, byte[] value) =>
        store.PutAsync(collection, imageId, value, Cancellation);

    private static async Task<byte[]?> GetAsync(IFeatureStore store, string collection, string imageId)
    {
        using var values = await store.GetAsync(collection, [imageId], Cancellation);
        return values[0]?.ToArray();
    }

    private static byte[]?[] ToArrays(StoredValues values) => [.. Enumerable.Range(0, values.Count).Select(i => values[i]?.ToArray())];

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
