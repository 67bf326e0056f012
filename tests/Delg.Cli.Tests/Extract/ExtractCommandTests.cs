using System.IO.Compression;
using System.Text;

namespace Delg.Cli.Tests.Extract;

public sealed class ExtractCommandTests
{
    [Fact]
    public async Task Extract_Picture_WritesTheFiveArrays()
    {
        using var scene = new ScenePictures(1, 1);

        var run = await CliRun.OfAsync("extract", scene.Files[0], "--model", TinyModel.Path, "--precision", "float32", "--out", scene.At("f.npz"), "--json");

        Assert.Equal(0, run.ExitCode);
        var count = (int)run.Json()["local_features"]!;
        Assert.True(count > 0);
        using var zip = ZipFile.OpenRead(scene.At("f.npz"));
        Assert.Equal($"({TinyModel.GlobalDim},)", ShapeOf(zip, "global"));
        Assert.Equal($"({count}, 2)", ShapeOf(zip, "keypoints"));
        Assert.Equal($"({count},)", ShapeOf(zip, "scales"));
        Assert.Equal($"({count},)", ShapeOf(zip, "scores"));
        Assert.Equal($"({count}, {TinyModel.LocalDim})", ShapeOf(zip, "descriptors"));
    }

    [Fact]
    public async Task Extract_WithoutJson_SaysWhatItWrote()
    {
        using var scene = new ScenePictures(1, 1);

        var run = await CliRun.OfAsync("extract", scene.Files[0], "--model", TinyModel.Path, "--scales", "1", "--out", scene.At("f.npz"));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("f.npz", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Extract_MissingOut_Exits2() => Assert.Equal(2, (await CliRun.OfAsync("extract", "a.jpg")).ExitCode);

    [Theory]
    [InlineData("--precision", "float64")]
    [InlineData("--scales", "1,two")]
    [InlineData("--scales", "99")]
    [InlineData("--device", "abacus")]
    public async Task Extract_OptionOutOfRange_Exits2(string option, string value)
    {
        using var scene = new ScenePictures(1, 1);

        var run = await CliRun.OfAsync("extract", scene.Files[0], "--model", TinyModel.Path, option, value, "--out", scene.At("f.npz"));

        Assert.Equal(2, run.ExitCode);
        Assert.False(File.Exists(scene.At("f.npz")));
    }

    [Fact]
    public async Task Extract_NoSuchPicture_Exits1WithOneLine()
    {
        var run = await CliRun.OfAsync("extract", "/nowhere/photo.jpg", "--model", TinyModel.Path, "--out", "f.npz", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("photo.jpg", (string)run.Json()["error"]!, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    private static string ShapeOf(ZipArchive zip, string key)
    {
        using var stream = zip.GetEntry(key + ".npy")!.Open();
        var header = new byte[128];
        stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        var text = Encoding.ASCII.GetString(header);
        var start = text.IndexOf("'shape': ", StringComparison.Ordinal) + "'shape': ".Length;
        return text[start..(text.IndexOf(')', start) + 1)];
    }
}
