using Delg.GlobalIndex.Filters;
using Delg.GlobalIndex.Tests.Filters;
using Delg.V1;

namespace Delg.GlobalIndex.Tests.Conformance;

public abstract class FilterConformance : ConformanceTest
{
    private protected FilterConformance(IIndexFactory factory)
        : base(factory)
    {
    }

    [Fact]
    public async Task Filters_OnEveryKindOfValue_KeepWhatTheContractSays()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection,
        [
            Entry("1 text", ("k", Text("m"))),
            Entry("2 text", ("k", Text("z")), ("other", Text("m"))),
            Entry("3 number", ("k", Number(1)), ("n", Number(-2.5))),
            Entry("4 number", ("k", Number(2))),
            Entry("5 true", ("k", Truth(true))),
            Entry("6 false", ("k", Truth(false))),
            Entry("7 list", ("k", List("m", "z"))),
            Entry("8 empty", ("k", List())),
            Entry("9 none"),
        ]);

        async Task KeepsAsync(string filter, string kept)
        {
            var ids = string.Concat((await Index.ListIdsAsync(collection.Name, filter: filter)).Select(id => id[0]));
            Assert.Equal((filter, kept), (filter, ids));
        }

        await KeepsAsync("k = 'm'", "1");
        await KeepsAsync("k != 'm'", "2");
        await KeepsAsync("NOT k = 'm'", "23456789");
        await KeepsAsync("NOT k != 'm'", "13456789");
        await KeepsAsync("k < 'n'", "1");
        await KeepsAsync("k <= 'm'", "1");
        await KeepsAsync("k > 'm'", "2");
        await KeepsAsync("k >= ''", "12");
        await KeepsAsync("k = 1", "3");
        await KeepsAsync("k != 1", "4");
        await KeepsAsync("k < 2", "3");
        await KeepsAsync("k >= 1", "34");
        await KeepsAsync("k <= -1e300", "");
        await KeepsAsync("n > -3 AND n < -2", "3");
        await KeepsAsync("n = -2.5", "3");
        await KeepsAsync("k = true", "5");
        await KeepsAsync("k != true", "6");
        await KeepsAsync("NOT k = true", "12346789");
        await KeepsAsync("k IN ('z', 1, false, 'x')", "236");
        await KeepsAsync("NOT k IN ('z', 1, false, 'x')", "145789");
        await KeepsAsync("k IN ('m')", "1");
        await KeepsAsync("k HAS 'm'", "7");
        await KeepsAsync("NOT k HAS 'm'", "12345689");
        await KeepsAsync("k HAS ''", "");
        await KeepsAsync("HAS k", "12345678");
        await KeepsAsync("NOT HAS k", "9");
        await KeepsAsync("HAS other OR HAS n", "23");
        await KeepsAsync("HAS k AND (other = 'm' OR n < 0) AND NOT k = 1", "2");
        await KeepsAsync("HAS missing OR missing != 1 OR missing HAS 'm' OR missing IN (1)", "");
    }

    [Fact]
    public async Task Filters_OddTexts_MatchThemselvesOnly()
    {
        string[] texts = [.. EntryConformance.OddIds, "", "\n", "\t\r", "\u0001", "\u007f", "a\nb", "\\u0041"];
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, texts.Select((text, i) => Entry($"{i}", ("t", Text(text)), ("l", List("first", text)))));

        for (var i = 0; i < texts.Length; i++)
        {
            var literal = FilterText.Quote(texts[i]);
            Assert.Equal([$"{i}"], await Index.ListIdsAsync(collection.Name, filter: $"t = {literal}"));
            Assert.Equal([$"{i}"], await Index.ListIdsAsync(collection.Name, filter: $"t IN ('none', {literal})"));
            Assert.Equal([$"{i}"], await Index.ListIdsAsync(collection.Name, filter: $"l HAS {literal}"));
            Assert.Equal(texts.Length - 1, await Index.CountAsync(collection.Name, $"t != {literal}"));
        }
    }

    [Fact]
    public async Task Filters_Random_AgreeWithTheReference()
    {
        var random = new Random(17);
        var collection = await CreateAsync(dim: 2);
        var entries = Enumerable.Range(0, 80).Select(i =>
        {
            var entry = Vectors.Entry($"{i:D2}", 1, i);
            entry.Metadata = RandomFilters.Metadata(random);
            return entry;
        }).ToList();
        await Index.PutAsync(collection, entries);

        for (var round = 0; round < 60; round++)
        {
            var filter = RandomFilters.Filter(random, depth: 3);
            var text = FilterText.Of(filter);
            var expected = entries.Where(entry => filter.Matches(entry.Metadata)).Select(entry => entry.ImageId).ToList();
            Assert.Equal((text, string.Join(' ', expected)), (text, string.Join(' ', await Index.ListIdsAsync(collection.Name, filter: text))));
            Assert.Equal(expected.Count, await Index.CountAsync(collection.Name, text));
            Assert.Equal(expected.Order(), (await Index.NearestAsync(collection, [1, 1], topK: 100, filter: text)).Order());
        }
    }

    [Fact]
    public async Task List_WithAFilter_FillsItsPages()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, Enumerable.Range(0, 120).Select(i => Entry($"{i:D3}", ("even", Truth(i % 2 == 0)))));

        var seen = new List<string>();
        while (await Index.ListIdsAsync(collection.Name, seen.LastOrDefault() ?? "", count: 25, "even = true") is { Count: > 0 } page)
        {
            Assert.True(page.Count == 25 || seen.Count + page.Count == 60);
            seen.AddRange(page);
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{2 * i:D3}"), seen);
    }

    [Fact]
    public async Task Delete_ByFilter_RemovesExactlyWhatItKeepsAndCounts()
    {
        var collection = await CreateAsync(dim: 2);
        await Index.PutAsync(collection, Enumerable.Range(0, 50).Select(i => Entry($"{i:D2}", ("n", Number(i)))));

        Task<int> DeleteAsync(string filter) => Index.DeleteAsync(collection.Name, FilterParser.Parse(filter, IndexCalls.Limits)!, Cancellation);

        Assert.Equal(0, await DeleteAsync("n = 'text'"));
        Assert.Equal(10, await DeleteAsync("n < 10"));
        Assert.Equal(0, await DeleteAsync("n < 10"));
        Assert.Equal(40, await Index.CountAsync(collection.Name));
        Assert.Equal(39, await DeleteAsync("NOT n = 25"));
        Assert.Equal(["25"], await Index.ListIdsAsync(collection.Name));
        Assert.Equal(["25"], await Index.NearestAsync(collection, [1, 0], topK: 100));
        Assert.Equal(1, (await Index.GetCollectionAsync(collection.Name, Cancellation)).EntryCount);
    }

    private static GlobalEntry Entry(string id, params (string Key, MetadataValue Value)[] metadata)
    {
        var entry = Vectors.Entry(id, 1, 0);
        if (metadata.Length > 0)
            entry.Metadata = new Metadata { Values = { metadata.ToDictionary(pair => pair.Key, pair => pair.Value) } };
        return entry;
    }

    private static MetadataValue Text(string value) => new() { StringValue = value };

    private static MetadataValue Number(double value) => new() { NumberValue = value };

    private static MetadataValue Truth(bool value) => new() { BoolValue = value };

    private static MetadataValue List(params string[] values) => new() { StringList = new StringList { Values = { values } } };
}
