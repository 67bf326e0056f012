using System.Text.Json;
using System.Text.Json.Nodes;
using Delg.EndToEnd.Tests.Processes;

namespace Delg.EndToEnd.Tests.CommandLine;

/// <summary>Runs <c>delg</c> as a script would: a process, its exit code, one JSON object.</summary>
internal static class DelgCommand
{
    /// <param name="home">Folder for everything the program keeps or leaves.</param>
    /// <param name="arguments">Verb and options.</param>
    public static ProgramRun Start(TemporaryFolder home, params string[] arguments) => Start(home, [], arguments);

    /// <param name="home">Folder for everything the program keeps or leaves.</param>
    /// <param name="settings">Further variables.</param>
    /// <param name="arguments">Verb and options.</param>
    public static ProgramRun Start(TemporaryFolder home, IEnumerable<KeyValuePair<string, string>> settings, params string[] arguments) => ProgramRun.Start(
        Product.ProgramOf("Delg.Cli", "delg"),
        arguments,
        new Dictionary<string, string>(settings) { ["TMPDIR"] = home.Path, ["HOME"] = home.Path, ["DELG_DataFolder"] = home.Below("data") });

    /// <summary>Runs it to its end and reads its answer.</summary>
    public static async Task<JsonObject> JsonAsync(TemporaryFolder home, params string[] arguments)
    {
        await using var run = Start(home, [.. arguments, "--json"]);
        var code = await run.EndAsync();
        Assert.True(code == 0, $"delg {string.Join(' ', arguments)}: exit {code}\n{run.Output}\n{run.Error}");
        return JsonNode.Parse(run.Output)!.AsObject();
    }

    /// <summary>The object a running program has written so far, as soon as it is whole.</summary>
    public static async Task<JsonObject> AnswerAsync(ProgramRun run)
    {
        while (true)
        {
            Assert.False(run.HasExited, run.Error);
            try
            {
                return JsonNode.Parse(run.Output)!.AsObject();
            }
            catch (JsonException)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }
}
