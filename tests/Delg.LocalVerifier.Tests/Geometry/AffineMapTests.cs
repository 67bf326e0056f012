using Delg.LocalVerifier.Geometry;

namespace Delg.LocalVerifier.Tests.Geometry;

public class AffineMapTests
{
    [Fact]
    public void Inverse_CarriesBack()
    {
        var map = new AffineMap(1.5, -0.4, 30, 0.2, 0.7, -12);
        var (x, y) = map.Apply(100, 50);
        var (u, v) = map.Inverse()!.Value.Apply(x, y);
        Assert.Equal(100, u, 1e-9);
        Assert.Equal(50, v, 1e-9);
    }

    [Fact]
    public void Inverse_OfACollapse_IsNull() => Assert.Null(new AffineMap(1, 2, 0, 2, 4, 0).Inverse());

    [Theory]
    [InlineData(3, 0, 0, 2, 3, 2)]
    [InlineData(0, -5, 5, 0, 5, 5)]
    [InlineData(-2, 0, 0, 1, 2, 1)]
    [InlineData(1, 1, 0, 1, 1.6180339887, 0.6180339887)]
    public void SingularValues_OfKnownMaps_AreKnown(double a, double b, double d, double e, double largest, double smallest)
    {
        var values = new AffineMap(a, b, 7, d, e, 9).SingularValues;
        Assert.Equal(largest, values.Largest, 1e-9);
        Assert.Equal(smallest, values.Smallest, 1e-9);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(3.9, 1, true)]
    [InlineData(4.1, 1, false)]
    [InlineData(6.1, 6, false)]
    [InlineData(0.16, 0.17, false)]
    [InlineData(0.17, 0.17, true)]
    [InlineData(-1, 1, false)]
    [InlineData(0, 1, false)]
    public void Accept_ScalesAlongTheAxes_AreBounded(double x, double y, bool plausible) =>
        Assert.Equal(plausible, new PlausibleMaps().Accept(new AffineMap(x, 0, 5, 0, y, 5)));
}
