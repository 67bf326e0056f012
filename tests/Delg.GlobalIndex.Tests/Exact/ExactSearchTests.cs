using Delg.GlobalIndex.Exact;
using Delg.V1;

namespace Delg.GlobalIndex.Tests.Exact;

public sealed class ExactSearchTests : IAsyncLifetime
{
    /// <summary>Float32 rounding of a dot product of unit vectors.</summary>
    private const double Tolerance = 1e-6;

    private readonly TemporaryFolder _folder = new();
    private ExactIndex _index = null!;

    public ValueTask InitializeAsync()
    {
        _index = OpenIndex.At(_folder.Path);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _index.DisposeAsync();
        _folder.Dispose();
    }

    // Sizes that leave rests in every loop: components beside whole registers, rows beside whole tiles, chunks partly filled.
    [Theory]
    [InlineData(false, 1, 37, 1)]
    [InlineData(false, 2500, 67, 5)]
    [InlineData(true, 2500, 64, 4)]
    [InlineData(true, 333, 1, 3)]
    public async Task Search_Random_EqualsAFloat64Scan(bool clustered, int count, int dim, int queryCount)
    {
        var random = new Random(7);
        var vectors = clustered
            ? Vectors.Clustered(random, count, dim, clusters: 5, spread: 0.2f)
            : [.. Enumerable.Range(0, count).Select(_ => Vectors.Random(random, dim))];
        var entries = vectors.Select((vector, i) => (Id: $"image-{i:D5}", Vector: vector)).ToList();
        var collection = await _index.CreateAsync("photos", dim);
        await _index.PutAsync(collection, entries);
        var queries = Enumerable.Range(0, queryCount).Select(_ => Vectors.Random(random, dim)).ToList();
        var excluded = entries.Where((_, i) => i % 10 == 3).Select(entry => entry.Id).ToArray();

        var results = await _index.FindAsync(collection, queries, topK: 100, minSimilarity: -0.1f, exclude: excluded);

        for (var i = 0; i < queries.Count; i++)
            AssertIsTop(entries.ExceptBy(excluded, entry => entry.Id), queries[i], 100, -0.1, results[i]);
    }

    [Fact]
    public async Task Search_EqualVectors_AreOrderedByCodePointOfTheirIds()
    {
        var vector = Vectors.Random(new Random(1), 100);
        // U+FF5E comes before U+1F600, although its UTF-16 unit is larger than the surrogates of the other.
        string[] ids = ["a", "a b", "aa", "b", "ä", "\uff5e", "\U0001F600"];
        var collection = await _index.CreateAsync("photos", 100);
        await _index.PutAsync(collection, ids.Reverse().Select(id => (id, vector)));
        await _index.PutAsync(collection, Enumerable.Range(0, 3000).Select(i => ($"x{i:D4}", vector)));

        Assert.Equal(ids[..4], await _index.NearestAsync(collection, vector, topK: 4));
        var all = await _index.NearestAsync(collection, vector, topK: 4000);
        Assert.Equal(ids[4..], all.Skip(all.Count - 3));
        Assert.Equal(all, await _index.ListIdsAsync("photos"));
    }

    [Fact]
    public async Task Search_InABatch_AnswersBitForBitAsAlone()
    {
        var random = new Random(3);
        var collection = await _index.CreateAsync("photos", 130);
        await _index.PutAsync(collection, Enumerable.Range(0, 1501).Select(i => ($"{i}", Vectors.Random(random, 130))));
        var queries = Enumerable.Range(0, 7).Select(_ => Vectors.Random(random, 130)).ToList();

        var together = await _index.FindAsync(collection, queries, topK: 50);

        for (var i = 0; i < queries.Count; i++)
            Assert.Equal((await _index.FindAsync(collection, [queries[i]], topK: 50))[0], together[i]);
    }

    [Fact]
    public async Task Search_MinSimilarity_KeepsTheBoundItself()
    {
        var collection = await _index.CreateAsync("photos", 2);
        await _index.PutAsync(collection, ("same", [1, 0]), ("across", [0, 1]), ("against", [-1, 0]));

        async Task<IEnumerable<string>> FindAsync(float? least) =>
            (await _index.FindAsync(collection, [[1, 0]], minSimilarity: least))[0].Neighbors.Select(neighbor => neighbor.ImageId);

        Assert.Equal(["same"], await FindAsync(1));
        Assert.Equal(["same", "across"], await FindAsync(0));
        Assert.Equal(["same", "across", "against"], await FindAsync(-1));
        Assert.Equal(["same", "across", "against"], await FindAsync(null));
    }

    [Fact]
    public async Task Search_EmptyCollection_FindsNothing()
    {
        var collection = await _index.CreateAsync("photos", 2);

        Assert.Empty(Assert.Single(await _index.FindAsync(collection, [[1, 0]])).Neighbors);
    }

    [Fact]
    public async Task Search_AfterReplaceAndDelete_SeesOnlyWhatIsThere()
    {
        var random = new Random(11);
        var collection = await _index.CreateAsync("photos", 16);
        var model = new Dictionary<string, float[]>();
        // Many rounds over few ids: rows die, chunks are given up and rewritten.
        for (var round = 0; round < 60; round++)
        {
            var written = Enumerable.Range(0, 100).Select(_ => ($"{random.Next(400)}", Vectors.Random(random, 16))).DistinctBy(entry => entry.Item1).ToList();
            await _index.PutAsync(collection, written);
            foreach (var (id, vector) in written)
                model[id] = vector;
            var removed = Enumerable.Range(0, 40).Select(_ => $"{random.Next(400)}").ToHashSet();
            var deleted = await _index.DeleteAsync("photos", removed, TestContext.Current.CancellationToken);
            Assert.Equal(removed.Count(model.Remove), deleted);

            var query = Vectors.Random(random, 16);
            var result = Assert.Single(await _index.FindAsync(collection, [query], topK: 1000));
            Assert.Equal(model.Count, result.Neighbors.Count);
            AssertIsTop(model.Select(pair => (pair.Key, pair.Value)), query, 1000, -2, result);
            Assert.Equal(model.Count, (await _index.GetCollectionAsync("photos", TestContext.Current.CancellationToken)).EntryCount);
        }
    }

    private static void AssertIsTop(IEnumerable<(string Id, float[] Vector)> entries, float[] query, int topK, double least, NeighborList result)
    {
        var truth = entries.ToDictionary(entry => entry.Id, entry => Vectors.Cosine(entry.Vector, query));
        var best = truth.Values.Where(similarity => similarity >= least).OrderDescending().Take(topK).ToList();
        Assert.Equal(best.Count, result.Neighbors.Count);
        Assert.Equal(result.Neighbors.Count, result.Neighbors.DistinctBy(neighbor => neighbor.ImageId).Count());
        for (var rank = 0; rank < best.Count; rank++)
        {
            Assert.Equal(best[rank], result.Neighbors[rank].Similarity, Tolerance);
            Assert.Equal(truth[result.Neighbors[rank].ImageId], result.Neighbors[rank].Similarity, Tolerance);
        }

        var ordered = result.Neighbors.OrderByDescending(neighbor => neighbor.Similarity).ThenBy(neighbor => neighbor.ImageId, StringComparer.Ordinal);
        Assert.Equal(ordered, result.Neighbors);
    }
}
