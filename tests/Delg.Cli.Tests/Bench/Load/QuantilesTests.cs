using Delg.Cli.Bench.Load;

namespace Delg.Cli.Tests.Bench.Load;

public sealed class QuantilesTests
{
    [Theory]
    [InlineData(0.5, 3)]
    [InlineData(0.99, 5)]
    [InlineData(0.2, 1)]
    [InlineData(0, 1)]
    [InlineData(1, 5)]
    public void Of_FiveValues_IsTheNearestRank(double share, double expected) => Assert.Equal(expected, Quantiles.Of([5, 3, 1, 4, 2], share));

    [Fact]
    public void Of_NoValues_IsNull() => Assert.Null(Quantiles.Of([], 0.5));
}
