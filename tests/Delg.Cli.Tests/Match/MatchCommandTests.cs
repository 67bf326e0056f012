using System.Text.Json.Nodes;

namespace Delg.Cli.Tests.Match;

public sealed class MatchCommandTests
{
    [Fact]
    public async Task Match_PictureWithItself_IsVerifiedByTheIdentity()
    {
        using var scene = new ScenePictures(1, 1);

        var run = await CliRun.OfAsync("match", scene.Files[0], scene.Files[0], "--model", TinyModel.Path, "--out", scene.At("match.png"), "--json");

        Assert.Equal(0, run.ExitCode);
        var json = run.Json();
        Assert.True((bool)json["verified"]!);
        Assert.True((int)json["putative"]! >= (int)json["inliers"]!);
        Assert.True((int)json["inliers"]! >= (int)json["effective_inliers"]!);
        Assert.Equal(1, (double)json["similarity"]!, 3);
        double[] affine = [.. ((JsonArray)json["affine"]!).Select(value => (double)value!)];
        Assert.Equal(6, affine.Length);
        Assert.All(affine.Zip([1.0, 0, 0, 0, 1, 0]), pair => Assert.Equal(pair.Second, pair.First, 1.0));
        Assert.True(File.Exists(scene.At("match.png")));
    }

    [Fact]
    public async Task Match_WithoutJson_NamesThePicture()
    {
        using var scene = new ScenePictures(1, 2);

        var run = await CliRun.OfAsync("match", scene.Files[0], scene.Files[1], "--model", TinyModel.Path, "--preset", "published", "--out", scene.At("match.png"));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("match.png", run.Output, StringComparison.Ordinal);
        Assert.Contains("inliers", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("match", "a.jpg")]
    [InlineData("match", "a.jpg", "b.jpg", "--preset", "best")]
    [InlineData("match", "a.jpg", "b.jpg", "--max-trials", "many")]
    public async Task Match_WrongUsage_Exits2(params string[] args) => Assert.Equal(2, (await CliRun.OfAsync(args)).ExitCode);

    [Fact]
    public async Task Match_ResidualOutOfRange_NamesTheField()
    {
        var run = await CliRun.OfAsync("match", "a.jpg", "b.jpg", "--max-residual", "0");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("max_residual_px", run.Error, StringComparison.Ordinal);
    }
}
