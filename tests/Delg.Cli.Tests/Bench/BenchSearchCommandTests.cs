using Delg.Cli.CommandLine;

namespace Delg.Cli.Tests.Bench;

public sealed class BenchSearchCommandTests
{
    [Fact]
    public async Task BenchSearch_SmallCollections_AnswersAsTheFloat32ScanInEveryRow()
    {
        var run = await CliRun.OfAsync("bench", "search", "--vectors", "300", "1500", "--dim", "70", "--top-k", "12", "--queries", "5", "--json");

        Assert.Equal((int)ExitCode.Done, run.ExitCode);
        var rows = run.Json()["rows"]!.AsArray();
        // Two sizes, two kinds of data, with and without a filter, alone and together.
        Assert.Equal(16, rows.Select(row => (
            (int)row!["vectors"]!, (string)row["data"]!, (int)row["batch"]!, (int)row["filter_percent"]!)).Distinct().Count());
        Assert.All(rows, row =>
        {
            Assert.True((bool)row!["same_top_k"]!);
            Assert.True((double)row["ms_per_query"]! > 0 && (double)row["float32_scan_ms_per_query"]! > 0);
            Assert.True((double)row["load_seconds"]! > 0);
            Assert.InRange((int)row["bytes_per_vector"]!, 70, 4 * 70);
        });
    }

    [Fact]
    public async Task BenchSearch_OneKindOfData_DrawsNoOther()
    {
        var run = await CliRun.OfAsync("bench", "search", "--vectors", "50", "--dim", "8", "--queries", "2", "--data", "clustered", "--json");

        Assert.Equal((int)ExitCode.Done, run.ExitCode);
        Assert.Equal(["clustered"], run.Json()["rows"]!.AsArray().Select(row => (string)row!["data"]!).Distinct());
    }

    [Theory]
    [InlineData("--vectors", "0")]
    [InlineData("--dim", "4097")]
    [InlineData("--top-k", "0")]
    [InlineData("--queries", "-1")]
    public async Task BenchSearch_OptionOutOfRange_IsWrongUsage(string option, string value)
    {
        var run = await CliRun.OfAsync("bench", "search", option, value);

        Assert.Equal((int)ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }
}
