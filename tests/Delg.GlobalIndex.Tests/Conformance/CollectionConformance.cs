using Delg.Contracts.Errors;
using Delg.GlobalIndex.Filters;
using Delg.V1;
using Grpc.Core;
using Metadata = Delg.V1.Metadata;

namespace Delg.GlobalIndex.Tests.Conformance;

public abstract class CollectionConformance : ConformanceTest
{
    private protected CollectionConformance(IIndexFactory factory)
        : base(factory)
    {
    }

    [Fact]
    public async Task Create_NewName_IsDescribedAndListed()
    {
        var name = NewName();
        var before = DateTime.UtcNow.AddSeconds(-1);

        var created = await Index.CreateAsync(name, 3);

        Assert.Equal((name, Vectors.Model, 3u, VectorStorage.Float32, 0L), (created.Name, created.ModelId, created.Dim, created.Storage, created.EntryCount));
        Assert.InRange(created.CreateTime.ToDateTime(), before, DateTime.UtcNow.AddSeconds(1));
        Assert.Equal(created, await Index.GetCollectionAsync(name, Cancellation));
        Assert.Contains(created, await Index.ListCollectionsAsync(Cancellation));
    }

    [Fact]
    public async Task Create_NameTaken_IsRefusedAndChangesNothing()
    {
        var first = await CreateAsync(dim: 3);

        var failure = await Assert.ThrowsAsync<DelgException>(() => Index.CreateAsync(first.Name, 5));

        Assert.Equal((StatusCode.AlreadyExists, ErrorReason.CollectionExists), (failure.Code, failure.Reason));
        Assert.Equal(first, await Index.GetCollectionAsync(first.Name, Cancellation));
    }

    [Fact]
    public async Task List_SeveralCollections_AreInOrderOfTheirNames()
    {
        var suffix = NewName();
        string[] names = [$"b_{suffix}", $"B-{suffix}", $"a-{suffix}", $"a{suffix}"];
        try
        {
            foreach (var name in names)
                await Index.CreateAsync(name, 2);

            var listed = (await Index.ListCollectionsAsync(Cancellation)).Select(collection => collection.Name).Where(names.Contains).ToList();

            Assert.Equal(names.Order(StringComparer.Ordinal), listed);
        }
        finally
        {
            foreach (var name in names)
                await Index.DeleteCollectionAsync(name, Cancellation);
        }
    }

    [Fact]
    public async Task Delete_CollectionWithEntries_TakesThemAlong()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, ("a", [1, 0]));

        Assert.True(await Index.DeleteCollectionAsync(collection.Name, Cancellation));

        Assert.False(await Index.DeleteCollectionAsync(collection.Name, Cancellation));
        var again = await Index.CreateAsync(collection.Name, 2);
        Assert.Equal(0, again.EntryCount);
        Assert.Empty(await Index.ListIdsAsync(collection.Name));
        Assert.Empty(await Index.NearestAsync(again, [1, 0]));
    }

    [Fact]
    public async Task EveryCall_UnknownCollection_IsNotFound()
    {
        var unknown = new Collection { Name = NewName(), ModelId = Vectors.Model, Dim = 2, Storage = VectorStorage.Float32, CreateTime = new() };
        Func<Task>[] calls =
        [
            () => Index.GetCollectionAsync(unknown.Name, Cancellation),
            () => Index.UpsertAsync(unknown, [Vectors.Entry("a", 1, 0)], Cancellation),
            () => Index.DeleteAsync(unknown.Name, ["a"], Cancellation),
            () => Index.DeleteAsync(unknown.Name, new Presence("a"), Cancellation),
            () => Index.CountAsync(unknown.Name),
            () => Index.CountAsync(unknown.Name, "HAS a"),
            () => Index.GetAsync(unknown.Name, ["a"], false, Cancellation),
            () => Index.ListIdsAsync(unknown.Name),
            () => Index.FindAsync(unknown, [[1, 0]]),
            () => Index.GetStatisticsAsync(unknown.Name, Cancellation),
        ];

        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<DelgException>(call);
            Assert.Equal((StatusCode.NotFound, ErrorReason.CollectionNotFound), (failure.Code, failure.Reason));
        }
    }

    [Fact]
    public async Task Calls_ForANamesakeOfADroppedCollection_AreRefused()
    {
        var dropped = await CreateAsync(dim: 3);
        await Index.DeleteCollectionAsync(dropped.Name, Cancellation);
        await Index.CreateAsync(dropped.Name, 4);

        var write = await Assert.ThrowsAsync<DelgException>(() => Index.PutAsync(dropped, ("a", [1, 2, 3])));
        var search = await Assert.ThrowsAsync<DelgException>(() => Index.FindAsync(dropped, [[1, 2, 3]]));

        Assert.Equal((ErrorReason.CollectionNotFound, ErrorReason.ModelMismatch), (write.Reason, search.Reason));
    }

    [Fact]
    public async Task TwoCollections_SameIdsAndMetadata_KnowNothingOfEachOther()
    {
        var first = await CreateAsync(dim: 2);
        var second = await CreateAsync(dim: 2);
        var entry = Vectors.Entry("same", 1, 0);
        entry.Metadata = new Metadata { Values = { ["n"] = new MetadataValue { NumberValue = 1 } } };
        await Index.PutAsync(first, [entry, Vectors.Entry("first", 0, 1)]);
        await Index.PutAsync(second, [entry, Vectors.Entry("second", 0, 1)]);

        Assert.Equal(["first", "same"], await Index.ListIdsAsync(first.Name));
        Assert.Equal(["second", "same"], await Index.NearestAsync(second, [0, 1]));
        Assert.Equal(1, await Index.DeleteAsync(first.Name, new Presence("n"), Cancellation));

        Assert.Equal(["first"], await Index.ListIdsAsync(first.Name));
        Assert.Equal(["second", "same"], await Index.NearestAsync(second, [0, 1]));
        Assert.Equal(1, await Index.CountAsync(second.Name, "n = 1"));
    }

    [Fact]
    public async Task Statistics_AfterWritesAndDeletes_CountEntriesAndNameTheBackend()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, ("a", [1, 0]), ("b", [0, 1]), ("c", [1, 1]));
        await Index.DeleteAsync(collection.Name, ["b"], Cancellation);

        var statistics = await Index.GetStatisticsAsync(collection.Name, Cancellation);

        Assert.Equal(2, statistics.EntryCount);
        Assert.NotEmpty(statistics.Backend);
        Assert.NotEmpty(statistics.IndexType);
    }
}
