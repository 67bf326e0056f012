using Delg.V1;
using Google.Protobuf;

namespace Delg.GlobalIndex.Tests.Conformance;

public abstract class EntryConformance : ConformanceTest
{
    private protected EntryConformance(IIndexFactory factory)
        : base(factory)
    {
    }

    /// <summary>Ids that a backend which builds expressions of text may stumble over. Control characters are refused before any backend.</summary>
    public static IReadOnlyList<string> OddIds { get; } =
    [
        " ", "a", "a ", "A", "\"", "'", "\\", "\\\"", "\\\\", "\\n", "a\" or id != \"", "\"] or true or id in [\"", "' OR '1'='1", "{t}", "$meta",
        "%", "_", "*", "a/b?c=d&e", "C:\\photos\\1.jpg", "Ålesund", "日本.jpg", "ру́сский", "עברית", "\uff5e", "\U0001F600", "e\u0301", "\u00e9",
        "\u2028", "null", "true", "0", "-1", new('x', 512), new('é', 256),
    ];

    [Fact]
    public async Task Upsert_FullEntry_IsReadBackAsWritten()
    {
        var collection = await CreateAsync(dim: 4);
        var entry = Vectors.Entry("full", 0.5f, -0.5f, 0.5f, -0.5f);
        entry.ContentHash = ByteString.CopyFrom([.. Enumerable.Range(0, 32).Select(i => (byte)(i * 8))]);
        entry.ImageSize = new ImageSize { Width = int.MaxValue, Height = 1 };
        entry.Metadata = new Metadata
        {
            Values =
            {
                ["text"] = new MetadataValue { StringValue = "a \"quoted\" \\ text\n\t\u0001 ü 日 \U0001F600" },
                ["empty"] = new MetadataValue { StringValue = "" },
                ["number"] = new MetadataValue { NumberValue = 0.1 },
                ["large"] = new MetadataValue { NumberValue = -1.7976931348623157e308 },
                ["whole"] = new MetadataValue { NumberValue = 9007199254740993 },
                ["yes"] = new MetadataValue { BoolValue = true },
                ["no"] = new MetadataValue { BoolValue = false },
                ["list"] = new MetadataValue { StringList = new StringList { Values = { "b", "a", "b", "" } } },
                ["none"] = new MetadataValue { StringList = new StringList() },
            },
        };
        var before = DateTime.UtcNow.AddSeconds(-1);

        await Index.PutAsync(collection, [entry]);

        var read = Assert.Single(await Index.GetAsync(collection.Name, ["full"], true, Cancellation));
        Assert.InRange(read.UpdateTime.ToDateTime(), before, DateTime.UtcNow.AddSeconds(1));
        var expected = new GlobalEntry(entry) { UpdateTime = read.UpdateTime };
        Assert.Equal(expected, read);
        expected.Descriptor_ = null;
        Assert.Equal([expected], await Index.GetAsync(collection.Name, ["full"], false, Cancellation));
        Assert.Equal([expected], await Index.ListAsync(collection.Name, "", 10, null, Cancellation));
        var neighbor = Assert.Single((await Index.FindAsync(collection, [[1, -1, 1, -1]]))[0].Neighbors);
        Assert.Equal((entry.Metadata, entry.ImageSize), (neighbor.Metadata, neighbor.ImageSize));
    }

    [Fact]
    public async Task Upsert_BareEntry_HasNoMetadataSizeOrHash()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, ("bare", [1, 0]));

        var read = Assert.Single(await Index.GetAsync(collection.Name, ["bare"], false, Cancellation));

        Assert.Null(read.ImageSize);
        Assert.True(read.Metadata is null or { Values.Count: 0 });
        Assert.Empty(read.ContentHash);
    }

    [Fact]
    public async Task Upsert_ExistingId_ReplacesAllOfIt()
    {
        var collection = await CreateAsync(dim: 2);
        var first = Vectors.Entry("a", 1, 0);
        first.Metadata = new Metadata { Values = { ["old"] = new MetadataValue { BoolValue = true } } };
        first.ImageSize = new ImageSize { Width = 1, Height = 1 };
        await Index.PutAsync(collection, [first, Vectors.Entry("b", 1, 1)]);

        await Index.PutAsync(collection, ("a", [0, 1]));

        var read = Assert.Single(await Index.GetAsync(collection.Name, ["a"], true, Cancellation));
        Assert.Equal([0f, 1f], read.Descriptor_.Values);
        Assert.Null(read.ImageSize);
        Assert.Equal(0, await Index.CountAsync(collection.Name, "HAS old"));
        Assert.Equal(["a", "b"], await Index.NearestAsync(collection, [0, 1]));
        Assert.Equal(2, (await Index.GetCollectionAsync(collection.Name, Cancellation)).EntryCount);
    }

    [Fact]
    public async Task Upsert_SameIdTwiceInABatch_KeepsTheLast()
    {
        var collection = await CreateAsync(dim: 2);

        await Index.PutAsync(collection, ("a", [1, 0]), ("b", [1, 0]), ("a", [0, 1]));

        Assert.Equal(2, await Index.CountAsync(collection.Name));
        Assert.Equal([0f, 1f], Assert.Single(await Index.GetAsync(collection.Name, ["a"], true, Cancellation)).Descriptor_.Values);
    }

    [Fact]
    public async Task OddIds_WrittenReadListedFoundDeleted_StayThemselves()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, OddIds.Select((id, i) => (id, new float[] { 1, i })));

        Assert.Equal(OddIds.Order(CodePointOrder.Instance), await Index.ListIdsAsync(collection.Name));
        var read = await Index.GetAsync(collection.Name, OddIds, true, Cancellation);
        Assert.Equal(OddIds, read.Select(entry => entry.ImageId));
        for (var i = 0; i < OddIds.Count; i++)
        {
            Assert.Equal(UnitVector.Of([1, i]), read[i].Descriptor_.Values);
            Assert.Equal(OddIds.Order(CodePointOrder.Instance).SkipWhile(id => id != OddIds[i]).Skip(1), await Index.ListIdsAsync(collection.Name, after: OddIds[i]));
        }

        var others = (await Index.FindAsync(collection, [[1, 0]], topK: 100, exclude: [.. OddIds.Skip(1)]))[0].Neighbors;
        Assert.Equal([OddIds[0]], others.Select(neighbor => neighbor.ImageId));
        foreach (var id in OddIds)
        {
            Assert.Equal(1, await Index.DeleteAsync(collection.Name, [id], Cancellation));
            Assert.Empty(await Index.GetAsync(collection.Name, [id], false, Cancellation));
        }

        Assert.Equal(0, await Index.CountAsync(collection.Name));
    }

    [Fact]
    public async Task Get_SomeMissing_AnswersTheOthersInTheOrderAsked()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, ("a", [1, 0]), ("b", [0, 1]), ("c", [1, 1]));

        var read = await Index.GetAsync(collection.Name, ["c", "x", "a"], false, Cancellation);

        Assert.Equal(["c", "a"], read.Select(entry => entry.ImageId));
    }

    [Fact]
    public async Task Delete_SomeMissing_CountsThoseThatWereThere()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, ("a", [1, 0]), ("b", [0, 1]), ("c", [1, 1]));

        Assert.Equal(2, await Index.DeleteAsync(collection.Name, ["a", "x", "c"], Cancellation));
        Assert.Equal(0, await Index.DeleteAsync(collection.Name, ["a", "x", "c"], Cancellation));

        Assert.Equal(["b"], await Index.ListIdsAsync(collection.Name));
        Assert.Equal(["b"], await Index.NearestAsync(collection, [1, 0]));
    }

    [Fact]
    public async Task List_InPages_IsAscendingAndWhole()
    {
        var collection = await CreateAsync(dim: 2);
        var random = new Random(4);
        var ids = Enumerable.Range(0, 230).Select(i => $"{random.Next(1_000_000)}-{i}").ToList();
        await Index.PutAsync(collection, ids.Select(id => (id, new float[] { 1, 0 })));

        var seen = new List<string>();
        while (await Index.ListIdsAsync(collection.Name, after: seen.LastOrDefault() ?? "", count: 50) is { Count: > 0 } page)
        {
            Assert.True(page.Count == 50 || seen.Count + page.Count == ids.Count);
            seen.AddRange(page);
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), seen);
    }
}
