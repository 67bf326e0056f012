using Delg.LocalVerifier.Geometry;

namespace Delg.LocalVerifier.Tests.Geometry;

public class RansacTests
{
    private static readonly RansacSettings _plain = new(20, 1000, 0, LocalOptimization: false, Confidence: 1, Plausible: null);

    [Fact]
    public void Estimate_Plain_KeepsTheBestSampleOfAllAndItsInliers()
    {
        // 7 pairs have 35 samples, so 1000 trials draw each: the answer is that of exhaustive search, whatever the seed.
        var random = new Random(11);
        var pairs = new PointPairs();
        pairs.Resize(7);
        for (var i = 0; i < 7; i++)
        {
            pairs.SourceX[i] = 500 * random.NextSingle();
            pairs.SourceY[i] = 500 * random.NextSingle();
            pairs.TargetX[i] = pairs.SourceX[i] + (60 * (random.NextSingle() - 0.5f));
            pairs.TargetY[i] = pairs.SourceY[i] + (60 * (random.NextSingle() - 0.5f));
        }

        var samples =
            from i in Enumerable.Range(0, 7)
            from j in Enumerable.Range(i + 1, 6 - i)
            from k in Enumerable.Range(j + 1, 6 - j)
            let map = AffineFit.ThroughThree(pairs, i, j, k)
            where map is not null
            orderby AffineConsensus.Count(pairs, map.Value, 20) descending, AffineConsensus.SumOfSquares(pairs, map.Value)
            select map.Value;
        var expected = samples.First();
        var inliers = new bool[7];
        var count = AffineConsensus.Mark(pairs, expected, 20, inliers);
        Assert.InRange(count, 4, 6);

        foreach (var seed in new ulong[] { 0, 1, 2 })
        {
            var ransac = new Ransac<AffineModel, AffineMap>();
            var found = ransac.Estimate(pairs, _plain with { Seed = seed }, TestContext.Current.CancellationToken);
            Assert.Equal(count, ransac.InlierCount);
            Assert.Equal(inliers, ransac.Inliers[..7].ToArray());
            Assert.Equal(AffineFit.LeastSquares(pairs, inliers), found);
        }
    }

    [Fact]
    public void Estimate_PointsOnALine_FindsNothing()
    {
        var pairs = new PointPairs();
        pairs.Resize(20);
        for (var i = 0; i < 20; i++)
            (pairs.SourceX[i], pairs.SourceY[i], pairs.TargetX[i], pairs.TargetY[i]) = (10 * i, 20 * i, 10 * i, 5 * i);
        var ransac = new Ransac<AffineModel, AffineMap>();
        Assert.Null(ransac.Estimate(pairs, _plain, TestContext.Current.CancellationToken));
        Assert.Equal(0, ransac.InlierCount);
    }

    [Fact]
    public void Estimate_PositionsFarBeyondAnyImage_StaysFinite()
    {
        var pairs = new PointPairs();
        pairs.Resize(8);
        for (var i = 0; i < 8; i++)
            (pairs.SourceX[i], pairs.SourceY[i], pairs.TargetX[i], pairs.TargetY[i]) = (float.MaxValue * (i % 3 - 1), i * 1e30f, -i, i * i * 1e37f);
        var map = new Ransac<AffineModel, AffineMap>().Estimate(pairs, _plain, TestContext.Current.CancellationToken);
        Assert.True(map is null || map.Value.IsFinite);
    }

    [Fact]
    public void Count_AnyNumberOfPairs_CountsThoseThatMarkMarks()
    {
        // One set of columns for all, so that what larger ones left behind lies past the last pair of smaller ones.
        var random = new Random(12);
        var pairs = new PointPairs();
        var map = new AffineMap(0.9, 0.1, 30, -0.2, 1.1, -20);
        var inliers = new bool[70];
        for (var count = 70; count >= 0; count--)
        {
            pairs.Resize(count);
            for (var i = 0; i < count; i++)
            {
                (pairs.SourceX[i], pairs.SourceY[i]) = (500 * random.NextSingle(), 500 * random.NextSingle());
                var (u, v) = map.Apply(pairs.SourceX[i], pairs.SourceY[i]);
                (pairs.TargetX[i], pairs.TargetY[i]) = ((float)u + (40 * (random.NextSingle() - 0.5f)), (float)v + (40 * (random.NextSingle() - 0.5f)));
            }

            var marked = AffineConsensus.Mark(pairs, map, 15, inliers);
            Assert.Equal(marked, AffineConsensus.Count(pairs, map, 15));
            Assert.True(count < 30 || (marked > 0 && marked < count), $"{marked} of {count}");
        }
    }

    [Fact]
    public void Next_AnyCount_DrawsDifferentIndicesEvenly()
    {
        var samples = new SampleSequence(5);
        var drawn = new int[5];
        var indices = new int[3];
        for (var trial = 0; trial < 5000; trial++)
        {
            samples.Next(indices, 5);
            Assert.Equal(3, indices.Distinct().Count());
            foreach (var index in indices)
                drawn[index]++;
        }

        Assert.All(drawn, count => Assert.InRange(count, 2800, 3200));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Next_OfAsManyAsThereAre_IsAPermutation(int size)
    {
        var samples = new SampleSequence(0);
        for (var trial = 0; trial < 100; trial++)
        {
            var indices = new int[size];
            samples.Next(indices, size);
            Assert.Equal(Enumerable.Range(0, size), indices.Order());
        }
    }
}
