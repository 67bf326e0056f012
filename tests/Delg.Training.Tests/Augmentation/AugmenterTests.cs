using Delg.Imaging;

namespace Delg.Training.Augmentation;

public class AugmenterTests
{
    private static readonly AugmentationOptions _options = new() { CropPixels = 48, PasteProbability = 0.5 };

    [Fact]
    public void Crop_OfTheSameSeed_IsTheSamePixels()
    {
        var augmenter = new Augmenter(_options);
        RgbImage photo = DrawnPhotos.Stripes(1, 80, 60), another = DrawnPhotos.Stripes(2, 60, 90);
        for (int seed = 0; seed < 20; seed++)
        {
            RgbImage first = augmenter.Crop(photo, another, new Random(seed));
            RgbImage second = augmenter.Crop(photo, another, new Random(seed));
            Assert.Equal((48, 48), (first.Width, first.Height));
            Assert.Equal(first.Pixels, second.Pixels);
        }
    }

    [Fact]
    public void Crop_OfOtherSeeds_Differs()
    {
        var augmenter = new Augmenter(_options);
        RgbImage photo = DrawnPhotos.Stripes(1, 80, 60);
        byte[][] crops = [.. Enumerable.Range(0, 10).Select(s => augmenter.Crop(photo, photo, new Random(s)).Pixels)];
        Assert.Equal(10, crops.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Crop_Pasted_ShowsBothPhotos()
    {
        AugmentationOptions options = _options with
        {
            PasteProbability = 1,
            PhotometricJitter = 0,
            GreyProbability = 0,
            BlurProbability = 0,
            JpegProbability = 0,
        };
        RgbImage red = DrawnPhotos.Plain(255, 0, 0), blue = DrawnPhotos.Plain(0, 0, 255);
        RgbImage crop = new Augmenter(options).Crop(red, blue, new Random(1));
        int redPixels = Enumerable.Range(0, 48 * 48).Count(i => crop.Pixels[3 * i] > 128);
        Assert.InRange(redPixels, 48 * 48 / 10, 48 * 48 * 9 / 10);
        Assert.All(Enumerable.Range(0, 48 * 48), i => Assert.Equal(255, crop.Pixels[3 * i] + crop.Pixels[3 * i + 2]));
    }

    [Fact]
    public void Cut_OfTheWholePicture_IsThePicture()
    {
        RgbImage photo = DrawnPhotos.Stripes(3, 32, 32);
        RgbImage crop = PictureWarp.Cut(photo, new((0, 0), (32, 0), (32, 32), (0, 32)), 32);
        Assert.Equal(photo.Pixels, crop.Pixels);
    }

    [Fact]
    public void Homography_ThereAndBack_IsWhereItBegan()
    {
        var region = new Quadrilateral((3, 4), (40, 7), (35, 50), (1, 44));
        Homography map = Homography.FromUnitSquare(region);
        Assert.Equal((35, 50), Rounded(map.Apply(1, 1)));
        (double x, double y) = map.Apply(0.3, 0.6);
        Assert.Equal((0.3, 0.6), Rounded(map.Inverse().Apply(x, y)));

        static (double, double) Rounded((double X, double Y) point) => (Math.Round(point.X, 9), Math.Round(point.Y, 9));
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        AugmentationOptions options = _options with { CropPixels = 8, BlurProbability = 2 };
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Augmenter(options));
        Assert.Contains("CropPixels", error.Message, StringComparison.Ordinal);
        Assert.Contains("BlurProbability", error.Message, StringComparison.Ordinal);
    }
}
