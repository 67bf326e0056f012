using System.ComponentModel;
using System.Globalization;
using Delg.EndToEnd.Tests.Processes;

namespace Delg.EndToEnd.Tests.Clients;

/// <summary>curl, the program, against one server.</summary>
/// <param name="server">Where it is.</param>
/// <param name="folder">Where the answers' bodies are left.</param>
internal sealed class Curl(Uri server, TemporaryFolder folder)
{
    private const string PatienceSeconds = "60";

    private int _answers;

    /// <summary>Calls a path of the server.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="arguments">curl's own options.</param>
    public async Task<CurlAnswer> CallAsync(string path, params string[] arguments)
    {
        var body = folder.Below($"answer-{_answers++}");
        await using var run = Start(
            ["--silent", "--show-error", "--max-time", PatienceSeconds, "--noproxy", "*", "--output", body, "--write-out", "%{http_code} %{content_type}", .. arguments, new Uri(server, path).AbsoluteUri]);
        var code = await run.EndAsync();
        Assert.True(code == 0, $"curl {path}: exit {code}\n{run.Error}");
        var words = run.Output.Trim().Split(' ', 2);
        return new CurlAnswer(int.Parse(words[0], CultureInfo.InvariantCulture), words[1], await File.ReadAllBytesAsync(body, TestContext.Current.CancellationToken));
    }

    private static ProgramRun Start(string[] arguments)
    {
        try
        {
            return ProgramRun.StartOther("curl", arguments);
        }
        catch (Win32Exception)
        {
            Assert.Skip("No curl here: install the package curl.");
            throw;
        }
    }
}
