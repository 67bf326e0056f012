using Delg.Gateway.Ranking;

namespace Delg.Gateway.Tests;

public class RankingRuleTests
{
    [Fact]
    public void Fused_Score_AddsWeightOfCappedEffectiveInliers()
    {
        var rule = RankingRule.Fused(0.5, 40);

        Assert.Equal(0.6f, rule.Score(new Candidate("a", 0.6f)), 6);
        Assert.Equal(0.6f + (0.5f * 10 / 40), rule.Score(new Candidate("a", 0.6f, new InlierCounts(100, 10))), 6);
        Assert.Equal(1.1f, rule.Score(new Candidate("a", 0.6f, new InlierCounts(100, 40))), 6);
        Assert.Equal(1.1f, rule.Score(new Candidate("a", 0.6f, new InlierCounts(100, 400))), 6);
    }

    [Fact]
    public void Fused_ManyInliersAtLowerSimilarity_ComeFirst() =>
        Assert.Equal(["low", "high"], Order(RankingRule.Fused(0.5, 40), new("high", 0.8f, new InlierCounts(5, 2)), new("low", 0.6f, new InlierCounts(60, 40))));

    [Fact]
    public void Fused_NotVerified_StaysBehindVerifiedOfHigherSimilarity() =>
        Assert.Equal(
            ["b", "a", "c", "d"],
            Order(RankingRule.Fused(0.5, 40), new("a", 0.7f, new InlierCounts(0, 0)), new("b", 0.65f, new InlierCounts(9, 9)), new("c", 0.6f), new("d", 0.5f)));

    [Fact]
    public void Published_Order_IsInliersThenSimilarity() =>
        Assert.Equal(
            ["many", "few", "similar", "none"],
            Order(
                RankingRule.Published,
                new("similar", 0.9f, new InlierCounts(4, 1)),
                new("none", 0.95f),
                new("few", 0.91f, new InlierCounts(4, 4)),
                new("many", 0.2f, new InlierCounts(5, 1))));

    [Fact]
    public void Published_VerifiedWithoutInliers_MixesWithUnverifiedBySimilarity() =>
        Assert.Equal(["x", "y", "z"], Order(RankingRule.Published, new("y", 0.5f), new("z", 0.4f, new InlierCounts(0, 0)), new("x", 0.6f, new InlierCounts(0, 0))));

    [Fact]
    public void Similarity_Order_IgnoresInliers() =>
        Assert.Equal(["b", "a"], Order(RankingRule.Similarity, new("a", 0.1f, new InlierCounts(99, 99)), new("b", 0.2f)));

    [Fact]
    public void Order_EqualScores_AreBrokenByImageId() =>
        Assert.Equal(["B", "a", "b"], Order(RankingRule.Similarity, new("b", 0.5f), new("a", 0.5f), new("B", 0.5f)));

    [Fact]
    public void Order_Result_PointsBackIntoTheInput()
    {
        var ranked = RankingRule.Similarity.Order([new("a", 0.1f), new("b", 0.3f), new("c", 0.2f)]);

        Assert.Equal([new RankedCandidate(1, 0.3f), new RankedCandidate(2, 0.2f), new RankedCandidate(0, 0.1f)], ranked);
    }

    [Theory]
    [InlineData(-0.1, 40)]
    [InlineData(0.5, 0)]
    public void Fused_SettingsOutOfRange_AreRefused(double weight, int cap) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RankingRule.Fused(weight, cap));

    private static IEnumerable<string> Order(RankingRule rule, params Candidate[] candidates) => rule.Order(candidates).Select(r => candidates[r.Index].ImageId);
}
