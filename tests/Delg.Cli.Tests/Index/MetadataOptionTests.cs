using Delg.Cli.Index;

namespace Delg.Cli.Tests.Index;

public sealed class MetadataOptionTests
{
    [Theory]
    [InlineData("Oslo", """{ "stringValue": "Oslo" }""")]
    [InlineData("", """{ "stringValue": "" }""")]
    [InlineData("1990", """{ "numberValue": 1990 }""")]
    [InlineData("-2.5", """{ "numberValue": -2.5 }""")]
    [InlineData("NaN", """{ "stringValue": "NaN" }""")]
    [InlineData("true", """{ "boolValue": true }""")]
    [InlineData("True", """{ "stringValue": "True" }""")]
    [InlineData("""["a", "b"]""", """{ "stringList": { "values": [ "a", "b" ] } }""")]
    [InlineData("[not a list", """{ "stringValue": "[not a list" }""")]
    public void ValueOf_Text_IsOfTheKindItReadsAs(string text, string expected) => Assert.Equal(expected, $"{MetadataOption.ValueOf(text)}");

    [Theory]
    [InlineData("--set", "city")]
    [InlineData("--set", "=Oslo")]
    [InlineData("--set", "a=1", "--set", "a=2")]
    public async Task Index_WrongPairs_Exits2(params string[] pairs)
    {
        var run = await CliRun.OfAsync(["index", "/nowhere", .. pairs]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--set", run.Error, StringComparison.Ordinal);
    }
}
