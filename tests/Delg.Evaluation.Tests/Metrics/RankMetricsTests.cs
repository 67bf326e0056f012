using Delg.Evaluation.Metrics;

namespace Delg.Evaluation.Tests.Metrics;

/// <summary>The worked examples that came with the published evaluation of revisited Oxford and Paris.</summary>
public sealed class RankMetricsTests
{
    [Fact]
    public void WithoutJunk_JunkBetweenPositives_MovesThemForward() =>
        Assert.Equal([0, 1, 5, 7, 17], AdjustedRanks.WithoutJunk([0, 2, 6, 10, 20], [1, 8, 9, 30]));

    [Fact]
    public void WithoutJunk_NoJunk_ChangesNothing() =>
        Assert.Equal([0, 7], AdjustedRanks.WithoutJunk([0, 7], []));

    [Fact]
    public void Trapezoid_ThreeRanks_GivesThePublishedFigure() =>
        Assert.Equal(0.677778, AveragePrecision.Trapezoid([0, 2, 5], 3), 6);

    [Theory]
    [InlineData(new[] { 4, 2, 0, 1, 3 }, new[] { 0, 1 }, new[] { 2 }, 0.416667)]
    [InlineData(new[] { 0, 2, 4, 1, 3 }, new[] { 0, 4 }, new int[0], 0.791667)]
    [InlineData(new[] { 0, 1, 2, 3, 4 }, new int[0], new int[0], double.NaN)]
    public void Trapezoid_RankingWithJunk_GivesThePublishedFigure(int[] ranking, int[] positives, int[] junk, double expected)
    {
        var ranks = AdjustedRanks.WithoutJunk(PositionsOf(positives, ranking), PositionsOf(junk, ranking));

        Assert.Equal(expected, AveragePrecision.Trapezoid(ranks, positives.Length), 6);
    }

    [Fact]
    public void Trapezoid_AllFirst_IsOne() => Assert.Equal(1, AveragePrecision.Trapezoid([0, 1, 2], 3), 12);

    [Fact]
    public void Trapezoid_PositivesNotFound_CountAsNothing() => Assert.Equal(0.25, AveragePrecision.Trapezoid([0], 4), 12);

    [Fact]
    public void Trapezoid_MoreFoundThanThereAre_Throws() =>
        Assert.Throws<ArgumentException>(() => AveragePrecision.Trapezoid([0, 1], 1));

    [Theory]
    [InlineData(1, 0.333333)]
    [InlineData(5, 0.666667)]
    [InlineData(10, 1.0)]
    public void Share_FirstK_GivesThePublishedFigure(int k, double expected) =>
        Assert.Equal(expected, RecallAtK.Share([0, 2, 5], 3, k), 6);

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void AnyFound_FirstPositiveThird_IsFoundFromThreeOn(int k, bool expected) =>
        Assert.Equal(expected, RecallAtK.AnyFound([2, 4], k));

    private static int[] PositionsOf(int[] images, int[] ranking) => [.. images.Select(image => Array.IndexOf(ranking, image)).Order()];
}
