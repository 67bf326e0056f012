using Delg.Imaging.Geometry;

namespace Delg.Imaging.Tests.Geometry;

public sealed class PerspectiveWarpTests
{
    [Fact]
    public void Apply_Identity_IsTheSource()
    {
        var source = Noise(13, 9);

        Assert.Equal(source.Pixels, PerspectiveWarp.Apply(source, Homography.Identity, 13, 9).Pixels);
    }

    [Fact]
    public void Apply_WholePixelShift_MovesEveryPixel()
    {
        var source = Noise(8, 8);

        var moved = PerspectiveWarp.Apply(source, Homography.Translation(2, 3), 12, 12, fill: 9);

        for (int y = 0; y < 8; y++)
            Assert.Equal(source.Row(y).ToArray(), moved.Row(y + 3).Slice(6, 24).ToArray());
        Assert.Equal<byte>([9, 9, 9], moved.Row(0)[..3].ToArray());
        Assert.Equal<byte>([9, 9, 9], moved.Row(11)[33..].ToArray());
    }

    [Fact]
    public void Apply_HalfPixelShift_MixesNeighboursAndSoftensTheEdge()
    {
        var source = new RgbImage(2, 1, [100, 100, 100, 200, 200, 200]);

        var moved = PerspectiveWarp.Apply(source, Homography.Translation(0.5, 0), 3, 1);

        // Centres 0.5, 1.5, 2.5 look at 0, 1, 2 of the source: its left rim (half covered), between both pixels, its right rim.
        Assert.Equal<byte>([50, 150, 100], moved.Pixels.Where((_, i) => i % 3 == 0).ToArray());
    }

    [Fact]
    public void Apply_QuarterTurn_PutsTheTopLeftOnTheRight()
    {
        var source = Noise(6, 4);

        // (x, y) → (4 − y, x): clockwise on a picture whose y points down.
        var turned = PerspectiveWarp.Apply(source, new Homography(0, -1, 4, 1, 0, 0, 0, 0, 1), 4, 6);

        Assert.Equal(source.Row(0)[..3].ToArray(), turned.Row(0).Slice(9, 3).ToArray());
        Assert.Equal(source.Row(3).Slice(15, 3).ToArray(), turned.Row(5)[..3].ToArray());
    }

    [Fact]
    public void Apply_Perspective_ShowsTheSpotWhereTheMapSendsIt()
    {
        var source = new RgbImage(100, 100);
        for (int y = 46; y < 55; y++)
            source.Row(y).Slice(46 * 3, 9 * 3).Fill(255);
        var map = Homography.FromPoints([new(0, 0), new(100, 0), new(100, 100), new(0, 100)], [new(20, 10), new(80, 10), new(100, 90), new(0, 90)]);

        var warped = PerspectiveWarp.Apply(source, map, 100, 100);

        // The middle goes to (50, 40), see HomographyTests.
        Assert.Equal(255, warped.Row(40)[50 * 3]);
        Assert.Equal(0, warped.Row(50)[50 * 3]);
        Assert.Equal(0, warped.Row(12)[10 * 3]);
    }

    [Fact]
    public void Blend_Mask_MixesWithTheBackground()
    {
        var source = new RgbImage(3, 1, [200, 200, 200, 200, 200, 200, 200, 200, 200]);
        var target = new RgbImage(3, 1, [100, 100, 100, 100, 100, 100, 100, 100, 100]);

        PerspectiveWarp.Blend(source, Homography.Identity, target, [0, 128, 255]);

        Assert.Equal(100, target.Pixels[0]);
        Assert.InRange(target.Pixels[3], 149, 151);
        Assert.Equal(200, target.Pixels[6]);
    }

    [Fact]
    public void Blend_MaskOfWrongLength_IsRefused() =>
        Assert.Throws<ArgumentException>("mask", () => PerspectiveWarp.Blend(new RgbImage(2, 2), Homography.Identity, new RgbImage(2, 2), [1, 2, 3]));

    [Fact]
    public void Apply_SourceAcrossTheHorizon_DrawsOnlyItsVisiblePart()
    {
        var source = new RgbImage(10, 10);
        Array.Fill(source.Pixels, (byte)255);

        // w = 1 − x/8: what lies beyond x = 8 is behind the viewer and must not wrap around to negative positions.
        var warped = PerspectiveWarp.Apply(source, new Homography(1, 0, 20, 0, 1, 0, -0.125, 0, 1), 60, 10);

        Assert.Equal(0, warped.Row(2)[10 * 3]);
        Assert.Equal(255, warped.Row(2)[40 * 3]);
    }

    private static RgbImage Noise(int width, int height)
    {
        var image = new RgbImage(width, height);
        new Random(4).NextBytes(image.Pixels);
        return image;
    }
}
