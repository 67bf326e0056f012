using Delg.Cli.CommandLine;
using Delg.Cli.Files;

namespace Delg.Cli.Tests.Bench.Load;

public sealed class BenchLoadCommandTests
{
    private static readonly string[] _small =
        ["bench", "load", "--model", TinyModel.Path, "--entries", "60", "--photos", "4", "--queries", "2", "--candidates", "5", "--far-features", "3", "--json"];

    [Fact]
    public async Task BenchLoad_SteadyRates_FindsThePhotoAskedForInEveryAnswer()
    {
        var run = await CliRun.OfAsync([.. _small, "--rates", "10", "--image-rate", "5", "--seconds", "1.5", "--overload", "0"]);

        var report = run.Json();
        Assert.Equal((int)ExitCode.Done, run.ExitCode);
        Assert.Equal((60, 4, 5, 3), ((int)report["entries"]!, (int)report["photos"]!, (int)report["candidates"]!, (int)report["far_features"]!));
        Assert.False(report.ContainsKey("overload"));
        var rows = report["rows"]!.AsArray();
        Assert.Equal([("services", 10), ("features", 10), ("image", 5)], rows.Select(row => ((string)row!["query"]!, (double)row["rate"]!)));
        Assert.All(rows, row =>
        {
            Assert.True((int)row!["sent"]! > 0);
            Assert.Equal((int)row["sent"]!, (int)row["right"]!);
            Assert.Equal(60, (int)row["entries"]!);
            Assert.True((double)row["p99_ms"]! >= (double)row["p50_ms"]!);
            Assert.True((double)row["stages"]!["search_ms"]! > 0 && (double)row["stages"]!["verify_ms"]! > 0);
            // A stage's median plus the gateway's is about the whole; none can be more than the longest call.
            Assert.True((double)row["stages"]!["verify_ms"]! < (double)row["p99_ms"]!);
            Assert.Equal((string)row["query"]! == "services", row["gateway_ms"] is null);
        });
        Assert.True((double)rows[2]!["stages"]!["extract_ms"]! > 0);
    }

    [Fact]
    public async Task BenchLoad_Overload_AccountsForEveryCall()
    {
        var run = await CliRun.OfAsync([.. _small, "--rates", "2", "--image-rate", "0", "--seconds", "2", "--overload", "20", "--recovery-seconds", "5"]);

        var overload = run.Json()["overload"]!;
        Assert.Equal((int)ExitCode.Done, run.ExitCode);
        Assert.Equal(20, (double)overload["rate"]! / (double)overload["capacity"]!, 3);
        Assert.Equal((int)overload["sent"]!, new[] { "answered", "rejected", "late", "failed" }.Sum(outcome => (int)overload[outcome]!));
        Assert.Equal(0, (int)overload["failed"]!);
        Assert.True((int)overload["answered"]! > 0 && (int)overload["rejected"]! > 0, overload.ToJsonString());
        Assert.True((double)overload["rejected_p50_ms"]! < (double)overload["answered_p50_ms"]!, overload.ToJsonString());
        Assert.True(overload["recovery_seconds"] is null || (double)overload["recovery_seconds"]! is >= 0 and <= 5);
    }

    [Fact]
    public async Task BenchLoad_DataFolder_IsFilledOnce()
    {
        using var folder = new TemporaryFolder(Path.GetTempPath());
        string[] args = [.. _small, "--data", folder.Path, "--rates", "20", "--image-rate", "0", "--seconds", "0.5", "--overload", "0"];

        var first = await CliRun.OfAsync(args);
        var second = await CliRun.OfAsync(args);

        Assert.Contains("Filling", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Filling", second.Error, StringComparison.Ordinal);
        Assert.All(new[] { first, second }, run => Assert.All(run.Json()["rows"]!.AsArray(), row => Assert.Equal((int)row!["sent"]!, (int)row["right"]!)));
    }

    [Fact]
    public async Task BenchLoad_ServerNotThere_SaysSo()
    {
        var run = await CliRun.OfAsync([.. _small, "--server", "http://127.0.0.1:1"]);

        Assert.Equal((int)ExitCode.Failed, run.ExitCode);
        Assert.Contains("http://127.0.0.1:1", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--entries", "0")]
    [InlineData("--photos", "1")]
    [InlineData("--candidates", "1001")]
    [InlineData("--rates", "-1")]
    [InlineData("--seconds", "0")]
    [InlineData("--overload", "-1")]
    [InlineData("--recovery-seconds", "0")]
    public async Task BenchLoad_OptionOutOfRange_IsWrongUsage(string option, string value)
    {
        var run = await CliRun.OfAsync("bench", "load", option, value);

        Assert.Equal((int)ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }
}
