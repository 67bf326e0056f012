using Delg.GlobalIndex.Exact.Codes;
using Delg.V1;

namespace Delg.GlobalIndex.Tests.Exact;

public sealed class CandidateTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    [InlineData(5000)]
    public void Finish_PartsFilledAtOnce_KeepsJustTheRowsThatReachTheKthBestLowerBound(int topK)
    {
        const int parts = 4;
        const int rows = 1000;
        var random = new Random(topK);
        // Wide and narrow bounds, many of them equal.
        var bounds = Enumerable.Range(0, parts * rows)
            .Select(row => (Row: row, Estimate: random.Next(100) / 100f, Error: random.Next(1, 20) / 100f)).ToList();
        var table = new CandidateTable(Search(topK, minSimilarity: null));

        Parallel.For(0, parts, part =>
        {
            var found = table.NewPart();
            foreach (var (row, estimate, error) in bounds.Skip(part * rows).Take(rows).Where(row => row.Estimate + row.Error >= table.Threshold(1)))
                found.Add(1, new Candidate(part, row, estimate + error), estimate - error);
        });

        var least = topK > bounds.Count ? float.NegativeInfinity : bounds.Select(row => row.Estimate - row.Error).OrderDescending().ElementAt(topK - 1);
        Assert.Equal(least, table.Threshold(1));
        var kept = table.Finish(1);
        Assert.Equal(bounds.Where(row => row.Estimate + row.Error >= least).Select(row => row.Row), kept.Select(candidate => candidate.Row).Order());
        Assert.Equal(kept.OrderByDescending(candidate => candidate.UpperBound).Select(candidate => candidate.UpperBound), kept.Select(candidate => candidate.UpperBound));
        Assert.Empty(table.Finish(0));
    }

    [Fact]
    public void Threshold_LeastSimilarity_IsNeverBelowIt()
    {
        var table = new CandidateTable(Search(topK: 1, minSimilarity: 0.5f));
        Assert.Equal(0.5f, table.Threshold(0));

        table.Raise(0, 0.4f);
        Assert.Equal(0.5f, table.Threshold(0));

        table.Raise(0, 0.6f);
        Assert.Equal(0.6f, table.Threshold(0));
        Assert.Equal(0.5f, table.Threshold(1));
    }

    private static NeighborSearch Search(int topK, float? minSimilarity) =>
        new(new Collection(), [[1f], [1f]], topK, minSimilarity, new HashSet<string>(), null);
}
