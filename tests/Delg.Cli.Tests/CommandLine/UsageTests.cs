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

    [Theory]
    [InlineData("delete")]
    [InlineData("delete", "a.jpg", "--filter", "year > 1")]
    [InlineData("delete", "--filter", " ")]
    [InlineData("delete", "--whole-collection")]
    [InlineData("list", "--filter", "year > 1")]
    [InlineData("list", "c", "--limit", "0")]
    [InlineData("export", "c")]
    [InlineData("import", "collection")]
    [InlineData("check", "a", "b")]
    [InlineData("list", "--certificate", "c.pem")]
    [InlineData("list", "--authority", "/nowhere/a.pem")]
    public async Task Verb_WrongUsage_Exits2(params string[] args) => Assert.Equal(2, (await CliRun.OfAsync(args)).ExitCode);

    [Theory]
    [InlineData("list")]
    [InlineData("delete")]
    [InlineData("duplicates")]
    [InlineData("export")]
    [InlineData("import", "collection")]
    [InlineData("check")]
    public async Task Verb_Help_ShowsExamples(params string[] verb)
    {
        var run = await CliRun.OfAsync([.. verb, "--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"  delg {string.Join(' ', verb)}", run.Output, StringComparison.Ordinal);
    }
}
