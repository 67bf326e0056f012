using System.Text.Json.Nodes;

namespace Delg.Cli.Tests.Evaluate;

public sealed class EvaluateFoldersCommandTests
{
    private static readonly string[] _methods = ["global", "float32", "int8", "binary", "published"];

    [Fact]
    public async Task Evaluate_DrawnScenes_ReportsEveryMethodAndFamily()
    {
        using var scenes = new ScenePictures(3, 2);
        using var distractors = new ScenePictures(1, 2, seed: 9);

        var run = await CliRun.OfAsync("evaluate", "folders", scenes.Pictures, "--distractors", distractors.Pictures, "--model", TinyModel.Path, "--depth", "3", "--json");

        Assert.Equal(0, run.ExitCode);
        var json = run.Json();
        Assert.Equal(8, (int)json["images"]!);
        Assert.Equal(6, (int)json["queries"]!);
        Assert.Equal(2, (int)json["distractors"]!);
        var methods = Assert.IsType<JsonObject>(json["methods"]);
        Assert.Equal(_methods, methods.Select(method => method.Key));
        foreach (var (_, method) in methods)
        {
            Assert.InRange((double)method!["map"]!, 0.01, 1);
            Assert.InRange((double)method["recall_at_1"]!, 0, 1);
            var families = Assert.IsType<JsonObject>(method["families"]);
            Assert.Equal(["book", "facade", "poster"], families.Select(family => family.Key));
            Assert.All(families, family => Assert.Equal(2, (int)family.Value!["queries"]!));
            Assert.Equal((double)method["map"]!, families.Average(family => (double)family.Value!["map"]!), 9);
        }
    }

    [Fact]
    public async Task Evaluate_SecondRunWithCache_GivesTheSameScores()
    {
        using var scenes = new ScenePictures();
        string[] args = ["evaluate", "folders", scenes.Pictures, "--model", TinyModel.Path, "--cache", scenes.At("cache"), "--json"];

        var first = await CliRun.OfAsync(args);
        var kept = Directory.GetFiles(scenes.At("cache"));
        var second = await CliRun.OfAsync(args);

        Assert.Equal(4, kept.Length);
        Assert.Equal(kept.Order(), Directory.GetFiles(scenes.At("cache")).Order());
        Assert.Equal(first.Json()["methods"]!.ToJsonString(), second.Json()["methods"]!.ToJsonString());
    }

    [Fact]
    public async Task Evaluate_BrokenPhoto_IsNamedAndExits3()
    {
        using var scenes = new ScenePictures();
        var broken = Path.Combine(scenes.Pictures, "broken.jpg");
        await File.WriteAllTextAsync(broken, "not a picture", TestContext.Current.CancellationToken);

        var run = await CliRun.OfAsync("evaluate", "folders", scenes.Pictures, "--model", TinyModel.Path, "--json");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal(broken, Assert.Single(Assert.IsType<JsonObject>(run.Json()["failed"])).Key);
        Assert.Equal(4, (int)run.Json()["images"]!);
    }

    [Fact]
    public async Task Evaluate_WithoutJson_PrintsATableOfFamilies()
    {
        using var scenes = new ScenePictures();

        var run = await CliRun.OfAsync("evaluate", "folders", scenes.Pictures, "--model", TinyModel.Path, "--fusion-weight", "0");

        Assert.Equal(0, run.ExitCode);
        Assert.All(_methods, method => Assert.Contains(method, run.Output, StringComparison.Ordinal));
        Assert.Contains("facade", run.Output, StringComparison.Ordinal);
        Assert.Contains("mean", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_NoGroupOfTwo_Exits1()
    {
        using var scenes = new ScenePictures(2, 1);

        Assert.Equal(1, (await CliRun.OfAsync("evaluate", "folders", scenes.Pictures, "--model", TinyModel.Path)).ExitCode);
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("evaluate", "folders")]
    [InlineData("evaluate", "folders", "x", "--depth", "0")]
    [InlineData("evaluate", "folders", "x", "--fusion-weight", "-1")]
    [InlineData("evaluate", "folders", "x", "--fusion-cap", "0")]
    public async Task Evaluate_WrongUsage_Exits2(params string[] args) => Assert.Equal(2, (await CliRun.OfAsync(args)).ExitCode);
}
