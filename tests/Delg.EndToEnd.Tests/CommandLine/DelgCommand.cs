using System.Text.Json.Nodes;
using Delg.EndToEnd.Tests.Processes;

namespace Delg.EndToEnd.Tests.CommandLine;

/// <summary>Runs <c>delg</c> as a script would: a process, its exit code, one JSON object.</summary>
internal static class DelgCommand
{
    /// <param name="home">Folder for everything the program keeps or leaves.</param>
    /// <param name="arguments">Verb and options.</param>
    public static ProgramRun Start(TemporaryFolder home, params string[] arguments) => ProgramRun.Start(
        Product.ProgramOf("Delg.Cli", "delg"), arguments, new Dictionary<string, string> { ["TMPDIR"] = home.Path, ["HOME"] = home.Path, ["DELG_DataFolder"] = home.Below("data") });

    /// <summary>Runs it to its end and reads its answer.</summary>
    public static async Task<JsonObject> JsonAsync(TemporaryFolder home, params string[] arguments)
    {
        await using var run = Start(home, [.. arguments, "--json"]);
        var code = await run.EndAsync();
        Assert.True(code == 0, $"delg {string.Join(' ', arguments)}: exit {code}\n{run.Output}\n{run.Error}");
        return JsonNode.Parse(run.Output)!.AsObject();
    }
}
