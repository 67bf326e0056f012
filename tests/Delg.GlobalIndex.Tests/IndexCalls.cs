using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.GlobalIndex.Tests;

/// <summary>What tests ask of an index, in few words.</summary>
internal static class IndexCalls
{
    public static FilterLimits Limits { get; } = FilterLimits.Of(new GlobalIndexOptions());

    public static Task<Collection> CreateAsync(this IGlobalIndex index, string name, int dim, VectorStorage storage = VectorStorage.Float32) =>
        index.CreateCollectionAsync(
            new Collection { Name = name, ModelId = Vectors.Model, Dim = (uint)dim, Storage = storage }, TestContext.Current.CancellationToken);

    /// <summary>Writes vectors as they are, brought to unit length.</summary>
    public static Task PutAsync(this IGlobalIndex index, Collection collection, params IEnumerable<(string Id, float[] Vector)> entries) =>
        index.PutAsync(collection, entries.Select(entry => Vectors.Entry(entry.Id, entry.Vector)));

    /// <summary>Writes entries, their vectors brought to unit length.</summary>
    public static Task PutAsync(this IGlobalIndex index, Collection collection, IEnumerable<GlobalEntry> entries) =>
        index.UpsertAsync(collection, [.. entries.Select(WithUnitLength)], TestContext.Current.CancellationToken);

    public static async Task<IReadOnlyList<NeighborList>> FindAsync(
        this IGlobalIndex index, Collection collection, IEnumerable<float[]> queries, int topK = 10, float? minSimilarity = null,
        string[]? exclude = null, string filter = "") =>
        await index.SearchAsync(
            new NeighborSearch(
                collection, [.. queries.Select(query => UnitVector.Of([.. query]))], topK, minSimilarity, (exclude ?? []).ToHashSet(),
                FilterParser.Parse(filter, Limits)),
            TestContext.Current.CancellationToken);

    public static async Task<IReadOnlyList<string>> NearestAsync(
        this IGlobalIndex index, Collection collection, float[] query, int topK = 10, string filter = "") =>
        [.. (await index.FindAsync(collection, [query], topK, filter: filter))[0].Neighbors.Select(neighbor => neighbor.ImageId)];

    public static async Task<IReadOnlyList<string>> ListIdsAsync(
        this IGlobalIndex index, string collection, string after = "", int count = 10_000, string filter = "") =>
        [.. (await index.ListAsync(collection, after, count, FilterParser.Parse(filter, Limits), TestContext.Current.CancellationToken)).Select(e => e.ImageId)];

    public static Task<long> CountAsync(this IGlobalIndex index, string collection, string filter = "") =>
        index.CountAsync(collection, FilterParser.Parse(filter, Limits), TestContext.Current.CancellationToken);

    private static GlobalEntry WithUnitLength(GlobalEntry entry)
    {
        var copy = entry.Clone();
        copy.Descriptor_.Values.Clear();
        copy.Descriptor_.Values.AddRange(UnitVector.Of(entry.Descriptor_.Values));
        return copy;
    }
}
