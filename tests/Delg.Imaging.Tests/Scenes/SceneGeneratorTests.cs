using Delg.Imaging.Decoding;
using Delg.Imaging.Resizing;
using Delg.Imaging.Scenes;

namespace Delg.Imaging.Tests.Scenes;

public sealed class SceneGeneratorTests
{
    /// <summary>One group of every kind, small, drawn once for all tests.</summary>
    private static readonly Lazy<SceneView[]> _views =
        new(() => [.. SceneGenerator.Generate(new SceneOptions { Groups = 6, ViewsPerGroup = 2, WidthPixels = 320, HeightPixels = 240 })]);

    [Fact]
    public void Generate_Groups_AreNamedByFamilyAndNumber()
    {
        Assert.Equal(
            ["facade_brick_01", "poster_02", "book_03", "facade_stone_04", "box_05", "facade_stucco_06"],
            _views.Value.Select(v => v.Group).Distinct());
        Assert.Equal(12, _views.Value.Length);
        Assert.Equal("facade_brick_01/view_02.jpg", _views.Value[1].RelativePath);
    }

    [Fact]
    public void Generate_SameSeed_GivesTheSameBytesWhateverElseIsDrawn()
    {
        var again = SceneGenerator.Generate(new SceneOptions { Groups = 2, ViewsPerGroup = 1, WidthPixels = 320, HeightPixels = 240 }).ToArray();

        Assert.Equal(_views.Value[0].Jpeg, again[0].Jpeg);
        Assert.Equal(_views.Value[2].Jpeg, again[1].Jpeg);
    }

    [Fact]
    public void Generate_OtherSeed_GivesOtherPictures()
    {
        var other = SceneGenerator.Generate(new SceneOptions { Seed = 2, Groups = 1, ViewsPerGroup = 1, WidthPixels = 320, HeightPixels = 240 }).Single();

        Assert.NotEqual(_views.Value[0].Jpeg, other.Jpeg);
    }

    [Fact]
    public void Generate_EveryView_IsAPhotoOfTheAskedSizeWithDetail()
    {
        var decoder = new ImageDecoder();
        foreach (var view in _views.Value)
        {
            var photo = decoder.Decode(view.Jpeg);

            Assert.Equal((320, 240), (photo.Width, photo.Height));
            Assert.True(Detail(photo) > 4, $"{view.RelativePath} has little detail: {Detail(photo):0.0}.");
        }
    }

    [Fact]
    public void Generate_ViewsOfAGroup_Differ()
    {
        var decoder = new ImageDecoder();
        foreach (var group in _views.Value.GroupBy(v => v.Group))
        {
            RgbImage[] small = [.. group.Select(v => PillowResize.Bilinear(decoder.Decode(v.Jpeg), 32, 24))];

            Assert.True(small[0].Pixels.Zip(small[1].Pixels, (a, b) => Math.Abs(a - b)).Average() > 5, group.Key);
        }
    }

    [Fact]
    public void Generate_ImpossibleOptions_ReportsAllMistakes()
    {
        var error = Assert.Throws<ArgumentException>(() => SceneGenerator.Generate(new SceneOptions { Groups = 0, ViewsPerGroup = 0, WidthPixels = 1, HeightPixels = 1 }));

        foreach (string name in new[] { "Groups", "ViewsPerGroup", "WidthPixels", "HeightPixels" })
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Mean step between neighbours in a row, in grey levels.</summary>
    private static double Detail(RgbImage image)
    {
        long sum = 0;
        for (int i = 3; i < image.Pixels.Length; i++)
            sum += Math.Abs(image.Pixels[i] - image.Pixels[i - 3]);
        return (double)sum / image.Pixels.Length;
    }
}
