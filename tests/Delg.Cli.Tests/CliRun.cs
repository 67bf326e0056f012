using System.Text.Json.Nodes;
using Delg.Cli.CommandLine;

namespace Delg.Cli.Tests;

/// <summary>One run of <c>delg</c> inside the test process.</summary>
/// <param name="ExitCode">What the process would end with.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    public static async Task<CliRun> OfAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var synchronizedError = TextWriter.Synchronized(error);
        var exitCode = await DelgCommandLine.RunAsync(args, output, synchronizedError, TestContext.Current.CancellationToken);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The whole of standard output as one JSON object; anything else there fails the test.</summary>
    public JsonObject Json()
    {
        Assert.True(Output.Length > 0, $"Standard output is empty; standard error says: {Error}");
        return Assert.IsType<JsonObject>(JsonNode.Parse(Output));
    }
}
