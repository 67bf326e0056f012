using Delg.Cli.CommandLine;
using Delg.Cli.Files;

namespace Delg.Cli.Tests.Model;

public sealed class ModelTuneCommandTests
{
    [Fact]
    public async Task ModelTune_WeightAndCap_StandInTheCopyAndEvaluateTakesThem()
    {
        using var folder = new TemporaryFolder(Path.GetTempPath());
        using var scenes = new ScenePictures(2, 2);
        var tuned = Path.Combine(folder.Path, "tuned.safetensors");

        var run = await CliRun.OfAsync("model", "tune", TinyModel.Path, "--fusion-weight", "0.25", "--fusion-cap", "30", "--out", tuned, "--json");

        Assert.Equal((int)ExitCode.Done, run.ExitCode);
        var show = (await CliRun.OfAsync("model", "show", tuned, "--json")).Json();
        Assert.Equal((string)run.Json()["model_id"]!, (string)show["model_id"]!);
        Assert.Equal((0.25, 30), ((double)show["verification"]!["fusion_weight"]!, (double)show["verification"]!["fusion_cap"]!));
        var evaluated = (await CliRun.OfAsync("evaluate", "folders", scenes.Pictures, "--model", tuned, "--json")).Json();
        Assert.Equal((0.25, 30), ((double)evaluated["fusion_weight"]!, (int)evaluated["fusion_cap"]!));
        var asked = (await CliRun.OfAsync("evaluate", "folders", scenes.Pictures, "--model", tuned, "--fusion-weight", "1", "--json")).Json();
        Assert.Equal((1, 30), ((double)asked["fusion_weight"]!, (int)asked["fusion_cap"]!));
        var untuned = (await CliRun.OfAsync("evaluate", "folders", scenes.Pictures, "--model", TinyModel.Path, "--json")).Json();
        Assert.Equal((0.5, 40), ((double)untuned["fusion_weight"]!, (int)untuned["fusion_cap"]!));
    }

    [Theory]
    [InlineData("--fusion-weight", "-1", "--fusion-cap", "30")]
    [InlineData("--fusion-weight", "1", "--fusion-cap", "0")]
    [InlineData("--fusion-weight", "1")]
    public async Task ModelTune_ValueOutOfRangeOrMissing_Exits2(params string[] options) =>
        Assert.Equal((int)ExitCode.WrongUsage, (await CliRun.OfAsync(["model", "tune", TinyModel.Path, "--out", "never.safetensors", .. options])).ExitCode);
}
