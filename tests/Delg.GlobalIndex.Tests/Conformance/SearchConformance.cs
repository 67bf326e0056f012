using Delg.V1;

namespace Delg.GlobalIndex.Tests.Conformance;

public abstract class SearchConformance : ConformanceTest
{
    /// <summary>Float32 rounding of a dot product of unit vectors, whatever the order of its sums.</summary>
    private const double Tolerance = 1e-5;

    private protected SearchConformance(IIndexFactory factory)
        : base(factory)
    {
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(40, 33)]
    [InlineData(700, 64)]
    public async Task Search_RandomVectors_FindsTheMostSimilarFirst(int count, int dim)
    {
        var random = new Random(count);
        var collection = await CreateAsync(dim);
        var entries = Enumerable.Range(0, count).Select(i => (Id: $"{i}", Vector: Vectors.Random(random, dim))).ToDictionary(e => e.Id, e => e.Vector);
        await Index.PutAsync(collection, entries.Select(entry => (entry.Key, entry.Value)));
        var queries = Enumerable.Range(0, 3).Select(_ => Vectors.Random(random, dim)).ToList();

        var results = await Index.FindAsync(collection, queries, topK: 20);

        for (var i = 0; i < queries.Count; i++)
        {
            var best = entries.Values.Select(vector => Vectors.Cosine(vector, queries[i])).OrderDescending().Take(20).ToList();
            var found = results[i].Neighbors;
            Assert.Equal(best.Count, found.DistinctBy(neighbor => neighbor.ImageId).Count());
            for (var rank = 0; rank < best.Count; rank++)
            {
                Assert.Equal(best[rank], found[rank].Similarity, Tolerance);
                Assert.Equal(Vectors.Cosine(entries[found[rank].ImageId], queries[i]), found[rank].Similarity, Tolerance);
            }
        }
    }

    [Fact]
    public async Task Search_EqualVectors_AreOrderedById()
    {
        var collection = await CreateAsync(dim: 2);
        string[] ids = ["c", "\U0001F600", "a", "\uff5e", "b"];
        await Index.PutAsync(collection, ids.Select(id => (id, new float[] { 3, 4 })));

        Assert.Equal(["a", "b", "c", "\uff5e", "\U0001F600"], await Index.NearestAsync(collection, [1, 1]));
    }

    [Fact]
    public async Task Search_MinSimilarity_LeavesOutWhatIsBelow()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, ("same", [1, 0]), ("near", [4, 3]), ("across", [0, 1]), ("against", [-1, 0]));

        async Task<IEnumerable<string>> FindAsync(float least) =>
            (await Index.FindAsync(collection, [[1, 0]], minSimilarity: least))[0].Neighbors.Select(neighbor => neighbor.ImageId);

        Assert.Equal(["same"], await FindAsync(0.9f));
        Assert.Equal(["same", "near"], await FindAsync(0.7f));
        Assert.Equal(["same", "near", "across"], await FindAsync(-0.5f));
        Assert.Equal(["same", "near", "across", "against"], await FindAsync(-1));
    }

    [Fact]
    public async Task Search_ExcludedIds_MakeRoomForOthers()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, Enumerable.Range(0, 9).Select(i => ($"{i}", new float[] { 10, i })));

        var found = (await Index.FindAsync(collection, [[1, 0]], topK: 3, exclude: ["0", "2", "not there"]))[0].Neighbors;

        Assert.Equal(["1", "3", "4"], found.Select(neighbor => neighbor.ImageId));
    }

    [Fact]
    public async Task Search_EmptyCollection_FindsNothingForEachQuery()
    {
        var collection = await CreateAsync(dim: 2);

        Assert.All(await Index.FindAsync(collection, [[1, 0], [0, 1]]), list => Assert.Empty(list.Neighbors));
        Assert.Equal(2, (await Index.FindAsync(collection, [[1, 0], [0, 1]])).Count);
    }

    [Fact]
    public async Task Search_RightAfterEachWrite_SeesIt()
    {
        var collection = await CreateAsync(dim: 2);
        for (var i = 0; i < 10; i++)
        {
            await Index.PutAsync(collection, ($"{i}", [1, i]), ("moving", [-i, 1]));
            var found = await Index.NearestAsync(collection, [-i, 1], topK: 20);
            Assert.Equal("moving", found[0]);
            Assert.Equal(i + 2, found.Count);
            if (i % 2 == 0)
                continue;
            await Index.DeleteAsync(collection.Name, ["moving"], Cancellation);
            Assert.DoesNotContain("moving", await Index.NearestAsync(collection, [-i, 1], topK: 20));
        }
    }

    [Fact]
    public async Task Search_WithAFilter_FindsTheBestOfThoseItKeeps()
    {
        var collection = await CreateAsync(dim: 8);
        var random = new Random(6);
        var entries = Enumerable.Range(0, 300).Select(i =>
        {
            var entry = Vectors.Entry($"{i}", Vectors.Random(random, 8));
            entry.Metadata = new Metadata { Values = { ["tenth"] = new MetadataValue { NumberValue = i % 10 } } };
            return entry;
        }).ToList();
        await Index.PutAsync(collection, entries);
        var queries = Enumerable.Range(0, 5).Select(_ => Vectors.Random(random, 8)).ToList();

        var results = await Index.FindAsync(collection, queries, topK: 7, exclude: ["3", "13"], filter: "tenth = 3 OR tenth > 8");

        for (var i = 0; i < queries.Count; i++)
        {
            var expected = entries.Where((_, n) => n % 10 is 3 or 9 && n is not (3 or 13))
                .OrderByDescending(entry => Vectors.Cosine([.. entry.Descriptor_.Values], queries[i])).Take(7).Select(entry => entry.ImageId);
            Assert.Equal(expected, results[i].Neighbors.Select(neighbor => neighbor.ImageId));
        }

        Assert.Empty(await Index.NearestAsync(collection, queries[0], filter: "tenth = 10"));
    }
}
