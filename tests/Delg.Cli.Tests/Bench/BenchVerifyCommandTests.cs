using Delg.Cli.CommandLine;

namespace Delg.Cli.Tests.Bench;

public sealed class BenchVerifyCommandTests
{
    [Fact]
    public async Task BenchVerify_FewSmallImages_MeasuresEveryRowAndCancelledCalls()
    {
        var run = await CliRun.OfAsync("bench", "verify", "--candidates", "4", "--features", "300", "--queries", "2", "--json");

        Assert.Equal((int)ExitCode.Done, run.ExitCode);
        var rows = run.Json()["rows"]!.AsArray();
        // Three encodings, three shares of true matches, memory and SQLite, alone and eight at once.
        Assert.Equal(36, rows.Select(row => (
            (string)row!["encoding"]!, (int)row["true_percent"]!, (string)row["store"]!, (int)row["concurrency"]!)).Distinct().Count());
        Assert.All(rows, row =>
        {
            Assert.True((double)row!["ms_per_query"]! > 0);
            if ((int)row["true_percent"]! != 3)
                Assert.Equal((int)row["true_percent"]! == 30 ? 4 : 0, (int)row["verified"]!);
        });
        var cancel = run.Json()["cancel"]!;
        Assert.InRange((int)cancel["calls"]!, 1, 16);
        Assert.True((double)cancel["worst_ms"]! >= (double)cancel["median_ms"]! && (double)cancel["median_ms"]! > 0);
    }

    [Theory]
    [InlineData("--candidates", "0")]
    [InlineData("--features", "9")]
    [InlineData("--queries", "0")]
    public async Task BenchVerify_OptionOutOfRange_IsWrongUsage(string option, string value)
    {
        var run = await CliRun.OfAsync("bench", "verify", option, value);

        Assert.Equal((int)ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }
}
