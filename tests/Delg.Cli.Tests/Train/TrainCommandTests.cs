namespace Delg.Cli.Tests.Train;

public sealed class TrainCommandTests
{
    [Fact]
    public async Task Train_HeadsOnly_WritesWeightsMetricsAndCurves()
    {
        using var scenes = new ScenePictures(3, 4);
        string output = scenes.At("mine.safetensors");

        var run = await CliRun.OfAsync(
            "train", "--images", scenes.Pictures, "--init", TinyModel.Path, "--out", output, "--heads-only", "--views", "1", "--steps", "3", "--batch", "4", "--crop", "64",
            "--validation", "0.5", "--validate-every", "2", "--balanced", "--decay", "Linear", "--name", "mine", "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        var json = run.Json();
        Assert.Equal(3, (int)json["steps"]!);
        Assert.Equal(12, (int)json["photos"]! + (int)json["validation_photos"]!);
        Assert.Equal(6, (int)json["validation_photos"]!);
        Assert.InRange((double)json["validation"]!["map"]!, 0, 1);
        Assert.StartsWith("mine", (string)json["model_id"]!, StringComparison.Ordinal);
        Assert.All([output, (string)json["metrics"]!, (string)json["curves"]!], file => Assert.True(File.Exists(file), file));
        Assert.Contains("Validation after 2 steps", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Help_ShowsExamplesThatParse()
    {
        var run = await CliRun.OfAsync("train", "--help");

        Assert.Equal(0, run.ExitCode);
        string[] examples = [.. run.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("delg train ", StringComparison.Ordinal))];
        Assert.True(examples.Length >= 4);
        foreach (string example in examples)
        {
            // Parsed, it fails only because the photos are not there.
            var attempt = await CliRun.OfAsync([.. example.Split(' ').Skip(1).Select(word => word == "cuda:0" ? "cpu" : word)]);
            Assert.True(attempt.ExitCode == 1, $"{example}: {attempt.Error}");
        }
    }

    [Theory]
    [InlineData("--device", "gpu")]
    [InlineData("--device", "cuda:77")]
    [InlineData("--patience", "3")]
    [InlineData("--validation", "0.9")]
    [InlineData("--augmentation", "none")]
    [InlineData("--heads-only", "--views", "0")]
    public async Task Train_WrongUsage_Exits2(params string[] more) => Assert.Equal(
        2, (await CliRun.OfAsync(["train", "--images", "photos", "--init", TinyModel.Path, "--out", "mine.safetensors", .. more])).ExitCode);
}
