using Delg.Imaging.Geometry;

namespace Delg.Imaging.Tests.Geometry;

public sealed class HomographyTests
{
    private static readonly PlanePoint[] _square = [new(0, 0), new(100, 0), new(100, 100), new(0, 100)];
    private static readonly PlanePoint[] _trapezium = [new(20, 10), new(80, 10), new(100, 90), new(0, 90)];

    [Fact]
    public void FromPoints_FourPairs_MapsEachToItsPartner()
    {
        var map = Homography.FromPoints(_square, _trapezium);

        for (int i = 0; i < 4; i++)
            Near(_trapezium[i], map.Map(_square[i]));
    }

    [Fact]
    public void FromPoints_Trapezium_MapsTheMiddleToWhereTheDiagonalsCross()
    {
        // The diagonals (20,10)-(100,90) and (80,10)-(0,90) meet where x - 10 = y and 90 - x = y: at (50, 40).
        Near(new(50, 40), Homography.FromPoints(_square, _trapezium).Map(new(50, 50)));
    }

    [Fact]
    public void FromPoints_ThreeOnALine_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Homography.FromPoints([new(0, 0), new(1, 1), new(2, 2), new(0, 5)], _square));

    [Fact]
    public void FromPoints_ThreePairs_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Homography.FromPoints(_square.AsSpan(0, 3), _square.AsSpan(0, 3)));

    [Fact]
    public void Inverse_OfAMap_BringsPointsBack()
    {
        var map = Homography.FromPoints(_square, _trapezium);

        Near(new(37, 81), map.Inverse().Map(map.Map(new(37, 81))));
    }

    [Fact]
    public void Inverse_OfASqueeze_IsRefused() => Assert.Throws<ArgumentException>(() => Homography.Scale(1, 0).Inverse());

    [Fact]
    public void After_TwoMaps_AppliesTheFirstFirst() =>
        Near(new(7, 6), Homography.Translation(5, 0).After(Homography.Scale(2, 3)).Map(new(1, 2)));

    [Fact]
    public void Affine_SixNumbers_AreRowByRow()
    {
        Near(new(1 * 10 + 2 * 20 + 3, 4 * 10 + 5 * 20 + 6), Homography.Affine([1, 2, 3, 4, 5, 6]).Map(new(10, 20)));
        Assert.Throws<ArgumentException>(() => Homography.Affine([1, 2, 3]));
    }

    private static void Near(PlanePoint expected, PlanePoint actual)
    {
        Assert.Equal(expected.X, actual.X, 1e-6);
        Assert.Equal(expected.Y, actual.Y, 1e-6);
    }
}
