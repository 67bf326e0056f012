using System.Text.Json.Nodes;

namespace Delg.Cli.Tests.Bench;

public sealed class BenchExtractCommandTests
{
    [Fact]
    public async Task BenchExtract_SmallSides_MeasuresEachOfSideScalesAndBatch()
    {
        var run = await CliRun.OfAsync(
            "bench", "extract", "--model", TinyModel.Path, "--precision", "float32", "--side", "80", "96", "--batch", "1", "2", "--repeats", "1", "--json");

        Assert.Equal(0, run.ExitCode);
        var rows = run.Json()["rows"]!.AsArray();
        Assert.Equal(
            [(80, 2, 1), (80, 2, 2), (80, 1, 1), (80, 1, 2), (96, 2, 1), (96, 2, 2), (96, 1, 1), (96, 1, 2)],
            rows.Select(row => ((int)row!["side"]!, (int)row["scales"]!, (int)row["batch"]!)));
        foreach (var key in new[] { "ms_per_image", "images_per_second", "trunk_ms", "trunk_float32_ms", "decode_ms", "resize_ms", "pyramid_ms", "network_ms", "select_ms", "encode_ms" })
            Assert.All(rows, row => Assert.True((double)row![key]! > 0, key));
        Assert.All(rows, row => Assert.Equal("float32", (string)row!["precision"]!));
        Assert.All(rows, row => Assert.Equal(1, row!["shares"]!.AsObject().Sum(share => (double)share.Value!), 6));
        Assert.Equal("cpu", (string)run.Json()["device"]!);
    }

    [Fact]
    public async Task BenchExtract_Photos_ComparesThePrecisionsOnThem()
    {
        using var scene = new ScenePictures(2, 1);

        var run = await CliRun.OfAsync(
            "bench", "extract", "--model", TinyModel.Path, "--images", scene.Pictures, "--agreement", "2", "--side", "160", "--batch", "1", "--scales", "1", "--repeats", "1", "--json");

        Assert.Equal(0, run.ExitCode);
        var agreement = run.Json()["agreement"]!;
        Assert.Equal((2, 160), ((int)agreement["images"]!, (int)agreement["side"]!));
        Assert.InRange((double)agreement["cosine_min"]!, 0.99, 1.0001);
        Assert.InRange((double)agreement["same_keypoints_min"]!, 0, (double)agreement["same_keypoints_mean"]!);
        Assert.Equal([1], run.Json()["rows"]!.AsArray().Select(row => (int)row!["scales"]!));
    }

    [Fact]
    public async Task BenchExtract_Soak_TellsTheMemoryOnTheWay()
    {
        var run = await CliRun.OfAsync("bench", "extract", "--model", TinyModel.Path, "--soak", "20", "--json");

        Assert.Equal(0, run.ExitCode);
        JsonArray soak = run.Json()["soak"]!.AsArray();
        Assert.Equal([1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20], soak.Select(sample => (int)sample!["images"]!));
        Assert.All(soak, sample => Assert.True((double)sample!["resident_mb"]! > 1));
        Assert.Empty(run.Json()["rows"]!.AsArray());
    }

    [Fact]
    public async Task BenchExtract_WithoutJson_PrintsATable()
    {
        var run = await CliRun.OfAsync("bench", "extract", "--model", TinyModel.Path, "--side", "80", "--batch", "1", "--repeats", "1");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("whole/trunk", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--side", "79")]
    [InlineData("--batch", "0")]
    [InlineData("--repeats", "0")]
    [InlineData("--soak", "-1")]
    public async Task BenchExtract_NumberOutOfRange_Exits2(string option, string value) =>
        Assert.Equal(2, (await CliRun.OfAsync("bench", "extract", "--model", TinyModel.Path, option, value)).ExitCode);
}
