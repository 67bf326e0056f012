using Delg.Imaging;

namespace Delg.Training.Augmentation;

public class DistortedBoxTests
{
    [Fact]
    public void Draw_ManyTimes_StaysInItsRangesAndReachesThem()
    {
        var random = new Random(5);
        (int X, int Y, int Width, int Height)[] boxes = [.. Enumerable.Range(0, 3000).Select(_ => DistortedBox.Draw(300, 200, random, 0.08, 4.0 / 3))];
        Assert.All(boxes, b =>
        {
            Assert.InRange(b.X, 0, 300 - b.Width);
            Assert.InRange(b.Y, 0, 200 - b.Height);
            // Sides are whole pixels.
            Assert.InRange((double)b.Width / b.Height, 0.74, 1.35);
            Assert.InRange(b.Width * b.Height / 60000.0, 0.08, 1);
        });
        Assert.True(boxes.Min(b => b.Width * b.Height) < 0.1 * 60000);
        Assert.True(boxes.Max(b => b.Height) > 190);
    }

    [Fact]
    public void Square_ShrunkByAFraction_IsTheMeanOfTheAreaUnderEachPixel()
    {
        var source = new RgbImage(5, 2);
        for (int x = 0; x < 5; x++) source.Row(0)[3 * x] = source.Row(1)[3 * x] = (byte)(50 * x);
        // From (1, 0), three wide and two high, to two by two: pixels 1 and half of 2; half of 2 and 3.
        RgbImage square = AreaResize.Square(source, 1, 0, 3, 2, 2);
        Assert.Equal([67, 133, 67, 133], Enumerable.Range(0, 4).Select(i => (int)square.Pixels[3 * i]));
    }

    [Fact]
    public void Crop_OfThePublishedRecipe_LeavesLightAlone()
    {
        RgbImage red = DrawnPhotos.Plain(200, 10, 30), blue = DrawnPhotos.Plain(0, 0, 255);
        var augmenter = new Augmenter(AugmentationOptions.Published with { CropPixels = 40, PasteProbability = 1 });
        for (int seed = 0; seed < 5; seed++)
            Assert.Equal([200, 10, 30], augmenter.Crop(red, blue, new Random(seed)).Pixels.Chunk(3).Select(p => (p[0], p[1], p[2])).Distinct().SelectMany(p => new[] { p.Item1, p.Item2, p.Item3 }));
    }
}
