using Delg.Imaging.Drawing;

namespace Delg.Imaging.Tests.Drawing;

public sealed class LineChartTests
{
    private static readonly (double, double)[] _rising = [(0, 0), (100, 1)], _falling = [(0, 1), (100, 0)];

    [Fact]
    public void Draw_OfOneLine_GoesWhereItsValuesSay()
    {
        RgbImage rising = LineChart.Draw([new("loss", [new("a", _rising)])]), falling = LineChart.Draw([new("loss", [new("a", _falling)])]);
        Assert.Equal((560, 340), (rising.Width, rising.Height));
        // A quarter of the way across the plot, at a quarter and at three quarters of its height.
        Assert.True(IsLine(rising, 182, 239));
        Assert.False(IsLine(rising, 182, 107));
        Assert.True(IsLine(falling, 182, 107));
        Assert.False(IsLine(falling, 182, 239));
    }

    [Fact]
    public void Draw_OfThreePanels_PutsTwoInARow()
    {
        ChartPanel panel = new("loss", [new("a", _rising), new("b", _falling)]);
        RgbImage picture = LineChart.Draw([panel, panel, panel]);
        Assert.Equal((1120, 680), (picture.Width, picture.Height));
        Assert.True(IsLine(picture, 182 + 560, 239));
        Assert.True(IsLine(picture, 182, 239 + 340));
        Assert.False(IsLine(picture, 182 + 560, 239 + 340));
    }

    [Fact]
    public void Draw_OfConstantOrMissingValues_IsAPicture()
    {
        RgbImage picture = LineChart.Draw([new("constant", [new("a", [(0, 3), (5, 3)])]), new("one", [new("a", [(2, 0)])]), new("none", [new("a", [])])]);
        // The constant lies halfway up.
        Assert.True(IsLine(picture, 300, 173));
    }

    /// <summary>Whether the first line's blue is within two pixels.</summary>
    private static bool IsLine(RgbImage picture, int x, int y)
    {
        for (int dy = -2; dy <= 2; dy++)
        {
            Span<byte> pixel = picture.Row(y + dy).Slice(3 * x, 3);
            if (pixel[2] > 140 && pixel[0] < 110) return true;
        }
        return false;
    }
}
