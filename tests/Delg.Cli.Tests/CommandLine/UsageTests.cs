namespace Delg.Cli.Tests.CommandLine;

public sealed class UsageTests
{
    [Fact]
    public async Task Delg_UnknownVerb_Exits2AndSaysSo()
    {
        var run = await CliRun.OfAsync("fly");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("fly", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Delg_UnknownOptionWithJson_ExplainsInOneObject()
    {
        var run = await CliRun.OfAsync("--json", "--wings");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--wings", (string)run.Json()["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delg_Help_Exits0()
    {
        var run = await CliRun.OfAsync("--help");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
    }
}
