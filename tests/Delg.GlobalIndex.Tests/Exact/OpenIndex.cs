using Delg.GlobalIndex.Exact;
using Delg.V1;

namespace Delg.GlobalIndex.Tests.Exact;

/// <summary>The embedded index without its service.</summary>
internal static class OpenIndex
{
    public static ExactIndex At(string folder) => ExactIndex.Load(new EntryStore(folder), new GlobalIndexOptions(), TimeProvider.System);

    public static Task<Collection> CreateAsync(this ExactIndex index, string name, int dim) =>
        index.CreateCollectionAsync(new Collection { Name = name, ModelId = Vectors.Model, Dim = (uint)dim }, TestContext.Current.CancellationToken);

    /// <summary>Writes vectors as they are, brought to unit length.</summary>
    public static Task PutAsync(this ExactIndex index, Collection collection, params IEnumerable<(string Id, float[] Vector)> entries) =>
        index.UpsertAsync(
            collection,
            [.. entries.Select(entry => Vectors.Entry(entry.Id, UnitVector.Of([.. entry.Vector])))],
            TestContext.Current.CancellationToken);

    public static async Task<IReadOnlyList<NeighborList>> FindAsync(
        this ExactIndex index, Collection collection, IEnumerable<float[]> queries, int topK = 10, float? minSimilarity = null, params string[] exclude) =>
        await index.SearchAsync(
            new NeighborSearch(collection, [.. queries.Select(query => UnitVector.Of([.. query]))], topK, minSimilarity, exclude.ToHashSet()),
            TestContext.Current.CancellationToken);

    public static async Task<IReadOnlyList<string>> NearestAsync(this ExactIndex index, Collection collection, float[] query, int topK = 10) =>
        [.. (await index.FindAsync(collection, [query], topK))[0].Neighbors.Select(neighbor => neighbor.ImageId)];
}
