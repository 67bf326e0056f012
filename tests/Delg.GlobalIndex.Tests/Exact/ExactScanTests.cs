using Delg.GlobalIndex.Exact;
using Delg.GlobalIndex.Exact.Codes;
using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.GlobalIndex.Tests.Exact;

/// <summary>The scan of codes answers as a float32 scan of all vectors does: same ids, same order, same similarities to the bit.</summary>
public sealed class ExactScanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<(StoredEntry Entry, float[] Vector)> _rows = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("random", 128, 1)]
    [InlineData("random", 128, 11)]
    [InlineData("random", 37, 4)]
    [InlineData("clustered", 128, 1)]
    [InlineData("clustered", 128, 9)]
    [InlineData("equal", 64, 2)]
    [InlineData("opposite", 64, 5)]
    public void Run_AnyData_EqualsTheFloat32Scan(string kind, int dim, int queryCount)
    {
        var random = new Random(dim + queryCount);
        var snapshot = Fill(Draw(random, kind, 2000, dim), dim);
        for (var round = 0; round < 2; round++)
        {
            // Half the queries are rows themselves: the closest calls there are.
            var queries = Enumerable.Range(0, queryCount).Select(i => i % 2 == 0 ? Unit(Vectors.Random(random, dim)) : _rows[random.Next(_rows.Count)].Vector).ToList();
            foreach (var topK in new[] { 1, 60, 3000 })
            {
                AssertEqualsFloat32Scan(snapshot, Search(queries, dim, topK));
                AssertEqualsFloat32Scan(snapshot, Search(queries, dim, topK) with { MinSimilarity = 0.05f, ExcludeImageIds = _rows.Take(500).Select(row => row.Entry.ImageId).ToHashSet() });
                AssertEqualsFloat32Scan(snapshot, Search(queries, dim, topK) with { Filter = new Comparison("tenth", ComparisonOperator.Equal, new NumberValue(3)) });
            }
        }
    }

    [Fact]
    public void Run_EachKernelAndAnyThreads_AnswersTheSame()
    {
        var random = new Random(2);
        var snapshot = Fill(Draw(random, "clustered", 2500, 200), 200);
        var search = Search([.. Enumerable.Range(0, 6).Select(_ => Unit(Vectors.Random(random, 200)))], 200, 50);
        var expected = ExactScan.Run<PortableCodeKernel>(snapshot, search, 1, TestContext.Current.CancellationToken);

        Assert.Equal(expected, ExactScan.Run(snapshot, search, 1, TestContext.Current.CancellationToken));
        Assert.Equal(expected, ExactScan.Run(snapshot, search, 7, TestContext.Current.CancellationToken));
        if (Avx2CodeKernel.IsSupported)
            Assert.Equal(expected, ExactScan.Run<Avx2CodeKernel>(snapshot, search, 2, TestContext.Current.CancellationToken));
        if (Avx512CodeKernel.IsSupported)
            Assert.Equal(expected, ExactScan.Run<Avx512CodeKernel>(snapshot, search, 2, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Run_RandomVectors_LooksAtFewOfThemInFloat32()
    {
        var random = new Random(3);
        const int dim = 512;
        var snapshot = Fill(Draw(random, "random", 4000, dim), dim);
        var search = Search([Unit(Vectors.Random(random, dim))], dim, 10);

        var candidates = ExactScan.Find<PortableCodeKernel>(snapshot, search, new ParallelOptions());

        Assert.InRange(candidates.Finish(0).Length, 10, _rows.Count / 20);
    }

    private void AssertEqualsFloat32Scan(VectorSnapshot snapshot, NeighborSearch search)
    {
        var results = ExactScan.Run(snapshot, search, 3, TestContext.Current.CancellationToken);
        for (var i = 0; i < search.Queries.Count; i++)
        {
            var expected = _rows
                .Where(row => !search.ExcludeImageIds.Contains(row.Entry.ImageId) && search.Filter?.Matches(StoredEntry.MetadataOf(row.Entry.Metadata)) != false)
                .Select(row => (row.Entry.ImageId, Similarity: Math.Clamp(DotProducts.Dot(row.Vector, search.Queries[i]), -1, 1)))
                .Where(row => !(row.Similarity < search.MinSimilarity))
                .OrderByDescending(row => row.Similarity).ThenBy(row => row.ImageId, CodePointOrder.Instance)
                .Take(search.TopK).ToList();
            Assert.Equal(expected, results[i].Neighbors.Select(neighbor => (neighbor.ImageId, neighbor.Similarity)));
        }
    }

    private VectorSnapshot Fill(IEnumerable<float[]> vectors, int dim)
    {
        var draft = new SnapshotDraft(_folder.Path, dim, VectorSnapshot.Empty, []);
        foreach (var vector in vectors)
        {
            var entry = Vectors.Entry($"{_rows.Count * 7919L % 100_003}", vector);
            entry.Metadata = new Metadata { Values = { ["tenth"] = new MetadataValue { NumberValue = _rows.Count % 10 } } };
            _rows.Add((StoredEntry.From(entry), Unit(vector)));
            draft.Put(_rows[^1].Entry, _rows[^1].Vector);
        }

        return draft.Finish();
    }

    private static NeighborSearch Search(IReadOnlyList<float[]> queries, int dim, int topK) =>
        new(new Collection { Name = "photos", ModelId = Vectors.Model, Dim = (uint)dim }, queries, topK, null, new HashSet<string>(), null);

    private static IEnumerable<float[]> Draw(Random random, string kind, int count, int dim)
    {
        var one = Vectors.Random(random, dim);
        return kind switch
        {
            "clustered" => Vectors.Clustered(random, count, dim, clusters: 6, spread: 0.05f),
            "equal" => Enumerable.Range(0, count).Select(i => i % 3 == 0 ? Vectors.Random(random, dim) : one),
            "opposite" => Enumerable.Range(0, count).Select(i => one.Select(value => i % 2 == 0 ? value : -value).ToArray()),
            _ => Enumerable.Range(0, count).Select(_ => Vectors.Random(random, dim)),
        };
    }

    private static float[] Unit(float[] vector) => UnitVector.Of([.. vector]);
}
