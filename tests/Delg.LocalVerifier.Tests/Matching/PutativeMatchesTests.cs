using Delg.LocalVerifier.Matching;

namespace Delg.LocalVerifier.Tests.Matching;

public class PutativeMatchesTests
{
    [Theory]
    [InlineData(1, 128, 128 / 3.0)]
    [InlineData(2, 128, 128)]
    [InlineData(1.41421356f, 128, 64)]
    [InlineData(0.5176381f, 64, 64 / 6.0)]
    public void HammingLimit_IsTheDistanceOfTheSameAngle(float distance, int dim, double bits) =>
        Assert.Equal(bits, PutativeMatches.HammingLimit(distance, dim), 1e-3);
}
