using Delg.Model.Extraction;

namespace Delg.Model.Tests.Extraction;

public class AttentionSelectionTests
{
    [Fact]
    public void Select_MoreThanTheLimit_KeepsTheHighestFirstAndEqualsInOrder()
    {
        AttentionSelection.Position[] selected = AttentionSelection.Select([1, 5, 2, 5, 0.5f, 3], threshold: 0, limit: 4);

        Assert.Equal([(1, 5f), (3, 5f), (5, 3f), (2, 2f)], selected.Select(p => (p.Index, p.Score)));
    }

    [Fact]
    public void Select_ThresholdAmongTheScores_IsInclusive()
    {
        AttentionSelection.Position[] selected = AttentionSelection.Select([0, 2, 1, float.NaN, 3], threshold: 2, limit: 10);

        Assert.Equal([4, 1], selected.Select(p => p.Index));
    }

    [Theory]
    [InlineData(9, 3)]
    [InlineData(0, 0)]
    public void Select_NothingAllowed_IsEmpty(float threshold, int limit) =>
        Assert.Empty(AttentionSelection.Select([1, 2, 3], threshold, limit));
}
