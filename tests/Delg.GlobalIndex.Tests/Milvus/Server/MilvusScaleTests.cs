using System.Numerics.Tensors;
using Delg.Contracts.Errors;
using Delg.GlobalIndex.Filters;
using Delg.GlobalIndex.Milvus;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Metadata = Delg.V1.Metadata;

namespace Delg.GlobalIndex.Tests.Milvus.Server;

/// <summary>As many vectors on a real server as a small collection has.</summary>
[Trait(MilvusServer.Trait, MilvusServer.TraitValue)]
public sealed class MilvusScaleTests
{
    private const int Count = 20_000;
    private const int Dim = 128;
    private const int Batch = 1000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwentyThousandVectors_WrittenSealedSearchedListedDeleted_AreAllThere()
    {
        var address = await SharedMilvus.AddressAsync();
        await using var index = OpenMilvus.At(address);
        var name = $"c{Guid.NewGuid():N}";
        var collection = await index.CreateAsync(name, Dim);
        try
        {
            var vectors = await WriteAsync(index, collection, address);

            Assert.Equal(Count, await index.CountAsync(name));
            await AssertNearestAsync(index, collection, vectors);
            await AssertListedAsync(index, name);
            Assert.Equal(Count / 10, await index.DeleteAsync(name, FilterParser.Parse("tenth = 3", IndexCalls.Limits)!, Cancellation));
            Assert.Equal(Count - (Count / 10), await index.CountAsync(name));
        }
        finally
        {
            await index.DeleteCollectionAsync(name, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData(MilvusIndexType.IvfFlat)]
    [InlineData(MilvusIndexType.IvfSq8)]
    [InlineData(MilvusIndexType.Hnsw)]
    [InlineData(MilvusIndexType.DiskAnn)]
    [InlineData(MilvusIndexType.AutoIndex)]
    public async Task EachIndexType_WrittenAndSearched_FindsItself(MilvusIndexType type)
    {
        await using var index = OpenMilvus.At(await SharedMilvus.AddressAsync(), type);
        var name = $"c{Guid.NewGuid():N}";
        var collection = await index.CreateAsync(name, Dim);
        try
        {
            var random = new Random(3);
            var vectors = Enumerable.Range(0, 200).Select(_ => Vectors.Random(random, Dim)).ToList();
            await index.PutAsync(collection, vectors.Select((vector, i) => ($"{i}", vector)));

            var results = await index.FindAsync(collection, vectors, topK: 20);

            Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), results.Select(list => list.Neighbors[0].ImageId));
            Assert.All(results, list => Assert.Equal(1, list.Neighbors[0].Similarity, 1e-2));
        }
        finally
        {
            await index.DeleteCollectionAsync(name, CancellationToken.None);
        }
    }

    [Fact]
    public async Task PartitionKey_OnThisServer_WorksOrIsRefused()
    {
        await using var index = OpenMilvus.At(await SharedMilvus.AddressAsync(), set: options => (options.PartitionKey, options.Partitions) = ("tenant", 8));
        var name = $"c{Guid.NewGuid():N}";
        try
        {
            var collection = await index.CreateAsync(name, 2);
            var entry = Vectors.Entry("a", 1, 0);
            entry.Metadata = new Metadata { Values = { ["tenant"] = new MetadataValue { StringValue = "t1" } } };
            await index.PutAsync(collection, [entry, Vectors.Entry("b", 1, 0)]);
            Assert.Equal(["a"], await index.NearestAsync(collection, [1, 0], filter: "tenant = 't1'"));
        }
        catch (DelgException refusal)
        {
            Assert.Equal(ErrorReason.StoreUnsuitable, refusal.Reason);
            Assert.DoesNotContain(await index.ListCollectionsAsync(Cancellation), collection => collection.Name == name);
        }
        finally
        {
            await index.DeleteCollectionAsync(name, CancellationToken.None);
        }
    }

    /// <summary>Writes all of them, with a second round over some, and a part of them sealed meanwhile: rows lie in segments of every kind.</summary>
    private static async Task<float[][]> WriteAsync(MilvusIndex index, Collection collection, string address)
    {
        var random = new Random(20);
        var vectors = Enumerable.Range(0, Count).Select(_ => Vectors.Random(random, Dim)).ToArray();
        for (var start = 0; start < Count; start += Batch)
        {
            await PutAsync(index, collection, vectors, Enumerable.Range(start, Batch));
            if (start == Count / 2)
                await FlushAsync(collection.Name, address);
        }

        for (var i = 0; i < Count; i += 20)
            vectors[i] = Vectors.Random(random, Dim);
        await PutAsync(index, collection, vectors, Enumerable.Range(0, Count / 20).Select(i => i * 20));
        return vectors;
    }

    private static Task PutAsync(MilvusIndex index, Collection collection, float[][] vectors, IEnumerable<int> rows) =>
        index.PutAsync(collection, rows.Select(row =>
        {
            var entry = Vectors.Entry(IdOf(row), vectors[row]);
            entry.Metadata = new Metadata { Values = { ["tenth"] = new MetadataValue { NumberValue = row % 10 } } };
            return entry;
        }));

    private static async Task FlushAsync(string name, string address)
    {
        using var client = new MilvusClient(new MilvusOptions { Address = address }, TimeProvider.System, NullLogger<MilvusClient>.Instance);
        var request = new FlushRequest { CollectionNames = { CollectionNames.ToMilvus(OpenMilvus.Prefix, name) } };
        await client.InvokeAsync("Flush", (milvus, call) => milvus.FlushAsync(request, call), Cancellation);
    }

    private static async Task AssertNearestAsync(MilvusIndex index, Collection collection, float[][] vectors)
    {
        var random = new Random(21);
        var queries = Enumerable.Range(0, 20).Select(_ => Vectors.Random(random, Dim)).ToList();

        var all = await index.FindAsync(collection, queries, topK: 100);
        var some = await index.FindAsync(collection, queries, topK: 100, filter: "tenth = 3");

        for (var i = 0; i < queries.Count; i++)
        {
            Assert.Equal(BestOf(vectors, queries[i], _ => true), all[i].Neighbors.Select(neighbor => neighbor.ImageId));
            Assert.Equal(BestOf(vectors, queries[i], row => row % 10 == 3), some[i].Neighbors.Select(neighbor => neighbor.ImageId));
        }
    }

    private static IEnumerable<string> BestOf(float[][] vectors, float[] query, Func<int, bool> isKept) => vectors
        .Select((vector, row) => (Row: row, Similarity: TensorPrimitives.CosineSimilarity<float>(vector, query)))
        .Where(pair => isKept(pair.Row)).OrderByDescending(pair => pair.Similarity).Take(100).Select(pair => IdOf(pair.Row));

    private static async Task AssertListedAsync(MilvusIndex index, string name)
    {
        var seen = new List<string>();
        while (await index.ListIdsAsync(name, seen.LastOrDefault() ?? "", count: 1777) is { Count: > 0 } page)
            seen.AddRange(page);
        Assert.Equal(Enumerable.Range(0, Count).Select(IdOf).Order(StringComparer.Ordinal), seen);
    }

    // Not in the order of writing.
    private static string IdOf(int row) => $"{row * 7919L % 1_000_003:D7}-{row}";
}
