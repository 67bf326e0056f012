using System.Text.Json.Nodes;

namespace Delg.Cli.Tests.Demo;

public sealed class DemoCommandTests
{
    [Fact]
    public async Task Demo_Folder_AsksOneQuestionAGroupAndDrawsIt()
    {
        using var scenes = new ScenePictures(2, 2);

        var run = await CliRun.OfAsync("demo", scenes.Pictures, "--exit", "--pictures", scenes.At("matches"), "--model", TinyModel.Path, "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        var json = run.Json();
        Assert.Equal(4, (int)json["images"]!);
        Assert.Equal(2, (int)json["queries"]!);
        Assert.InRange((int)json["right"]!, 0, 2);
        Assert.True((double)json["seconds"]! > 0);
        var pictures = Assert.IsType<JsonArray>(json["pictures"]);
        Assert.Equal(2, pictures.Count);
        Assert.All(pictures, picture => Assert.True(File.Exists((string)picture!)));
    }

    [Fact]
    public async Task Demo_WithoutJson_PrintsTheTable()
    {
        using var scenes = new ScenePictures(1, 2);

        var run = await CliRun.OfAsync("demo", scenes.Pictures, "--exit", "--pictures", scenes.At("matches"), "--model", TinyModel.Path);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("similarity", run.Output, StringComparison.Ordinal);
        Assert.Contains("view_01.jpg", run.Output, StringComparison.Ordinal);
        Assert.Contains(scenes.At("matches"), run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_WithoutFolder_DrawsScenes()
    {
        var pictures = Directory.CreateTempSubdirectory("delg-cli-tests-").FullName;

        var run = await CliRun.OfAsync("demo", "--groups", "1", "--views", "2", "--exit", "--pictures", pictures, "--model", TinyModel.Path, "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(2, (int)run.Json()["images"]!);
        Assert.Single(Directory.GetFiles(pictures));
        Directory.Delete(pictures, recursive: true);
    }

    [Theory]
    [InlineData("demo", "--groups", "0")]
    [InlineData("demo", "--views", "1")]
    [InlineData("demo", "a", "b")]
    public async Task Demo_WrongUsage_Exits2(params string[] args) => Assert.Equal(2, (await CliRun.OfAsync(args)).ExitCode);
}
