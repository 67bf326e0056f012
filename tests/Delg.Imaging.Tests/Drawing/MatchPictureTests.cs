using Delg.Imaging.Drawing;

namespace Delg.Imaging.Tests.Drawing;

public sealed class MatchPictureTests
{
    private const int Gap = 6;
    private const int CaptionHeight = 30;

    [Fact]
    public void Draw_TwoPhotos_StandSideBySideAtACommonHeight()
    {
        var picture = MatchPicture.Draw(new(Flat(640, 480, 90), Flat(300, 600, 170)));

        Assert.Equal((640 + Gap + 240, 480), (picture.Width, picture.Height));
        Assert.Equal(90, picture.Row(240)[100 * 3]);
        Assert.Equal(250, picture.Row(240)[(640 + Gap / 2) * 3]);
        Assert.Equal(170, picture.Row(240)[(640 + Gap + 100) * 3]);
    }

    [Fact]
    public void Draw_Caption_AddsABarWithLettering()
    {
        var content = new MatchPictureContent(Flat(640, 480, 90), Flat(640, 480, 90)) { Caption = "a → b · 132 inliers" };

        var picture = MatchPicture.Draw(content);

        Assert.Equal(480 + CaptionHeight, picture.Height);
        Assert.Contains(picture.Row(480 + CaptionHeight / 2).ToArray(), b => b > 200);
        Assert.Contains(picture.Row(480 + CaptionHeight / 2).ToArray(), b => b < 60);
    }

    [Theory]
    [InlineData(4000, 500, 4000, 500)]
    [InlineData(640, 480, 3000, 100)]
    [InlineData(20, 900, 30, 900)]
    public void Draw_AnyShapes_StaysWithinTheWidth(int width, int height, int otherWidth, int otherHeight)
    {
        var options = new MatchPictureOptions { HeightPixels = 480, MaxWidthPixels = 800 };

        var picture = MatchPicture.Draw(new(Flat(width, height, 1), Flat(otherWidth, otherHeight, 2)) { Caption = new string('w', 200) }, options);

        Assert.InRange(picture.Width, 1, 800);
        Assert.InRange(picture.Height, 1, 480 + CaptionHeight);
    }

    [Fact]
    public void Draw_Inlier_RunsFromSpotToSpot()
    {
        var content = new MatchPictureContent(Flat(480, 480, 0), Flat(960, 960, 0)) { Inliers = [new(new(100, 240), new(600, 480))] };

        var picture = MatchPicture.Draw(content);

        // The candidate is shown at half its size, behind the gap.
        foreach (int x in new[] { 100, 250, 480 + Gap + 300 })
            Assert.Contains(picture.Row(240).Slice(x * 3, 3).ToArray(), b => b > 100);
        Assert.Equal<byte>([0, 0, 0], picture.Row(240).Slice(40 * 3, 3).ToArray());
        Assert.Equal<byte>([0, 0, 0], picture.Row(240).Slice((480 + Gap + 400) * 3, 3).ToArray());
    }

    [Fact]
    public void Draw_MoreInliersThanTheLimit_DrawsTheFirst()
    {
        var content = new MatchPictureContent(Flat(480, 480, 0), Flat(480, 480, 0))
        {
            Inliers = [new(new(100, 100), new(100, 100)), new(new(100, 400), new(100, 400))],
        };

        var picture = MatchPicture.Draw(content, new MatchPictureOptions { MaxLines = 1 });

        Assert.Contains(picture.Row(100).Slice(300 * 3, 3).ToArray(), b => b > 100);
        Assert.DoesNotContain(picture.Row(400).Slice(300 * 3, 3).ToArray(), b => b > 0);
    }

    [Fact]
    public void Draw_Region_IsOutlinedInBothPhotos()
    {
        var content = new MatchPictureContent(Flat(480, 480, 0), Flat(480, 480, 0))
        {
            QueryRegion = [new(100, 100), new(300, 100), new(300, 300), new(100, 300)],
            QueryToCandidate = [1, 0, 50, 0, 1, 20],
        };

        var picture = MatchPicture.Draw(content);

        // The top edge: at y = 100 in the query, moved by (50, 20) in the candidate.
        Assert.True(picture.Row(100)[200 * 3] > 200);
        Assert.True(picture.Row(120)[(480 + Gap + 250) * 3] > 200);
        Assert.True(picture.Row(110)[(480 + Gap + 250) * 3] < 60);
    }

    [Fact]
    public void Draw_RegionBeyondThePhoto_DoesNotSpillIntoTheOther()
    {
        var content = new MatchPictureContent(Flat(480, 480, 0), Flat(480, 480, 0))
        {
            QueryRegion = [new(100, 100), new(900, 100), new(900, 300), new(100, 300)],
        };

        var picture = MatchPicture.Draw(content);

        Assert.Equal<byte>([0, 0, 0], picture.Row(100).Slice((480 + Gap + 200) * 3, 3).ToArray());
    }

    [Fact]
    public void Draw_ImpossibleOptions_ReportsAllMistakes()
    {
        var options = new MatchPictureOptions { HeightPixels = 1, MaxWidthPixels = 1, MaxLines = -1 };

        var error = Assert.Throws<ArgumentException>(() => MatchPicture.Draw(new(Flat(9, 9, 0), Flat(9, 9, 0)), options));

        foreach (string name in new[] { "HeightPixels", "MaxWidthPixels", "MaxLines" })
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StrokeFont_UnknownSign_IsABoxAndTakesRoom()
    {
        Assert.Contains("M0 0H4V6H0Z", StrokeFont.Paths("漢"), StringComparison.Ordinal);
        Assert.True(StrokeFont.Measure("aé") > StrokeFont.Measure("a"));
        Assert.Equal(StrokeFont.Paths("ABC"), StrokeFont.Paths("abc"));
    }

    private static RgbImage Flat(int width, int height, byte grey)
    {
        var image = new RgbImage(width, height);
        Array.Fill(image.Pixels, grey);
        return image;
    }
}
