using System.Diagnostics;
using System.Text;

namespace Delg.EndToEnd.Tests.Processes;

/// <summary>A program in a process of its own.</summary>
internal sealed class ProgramRun : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private ProgramRun(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    /// <summary>Standard output so far.</summary>
    public string Output => Text(_output);

    /// <summary>Standard error so far.</summary>
    public string Error => Text(_error);

    /// <summary>Starts a program of the product.</summary>
    /// <param name="program">Path of its .dll.</param>
    /// <param name="arguments">Command line.</param>
    /// <param name="environment">Variables on top of those of the tests.</param>
    public static ProgramRun Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        StartOther("dotnet", [program, .. arguments], environment);

    /// <summary>Starts any program of this machine.</summary>
    /// <param name="program">Path, or name where the system looks for programs.</param>
    /// <param name="arguments">Command line.</param>
    /// <param name="environment">Variables on top of those of the tests.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static ProgramRun StartOther(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var run = new ProgramRun(new Process { StartInfo = start });
        run._process.OutputDataReceived += (_, line) => Append(run._output, line.Data);
        run._process.ErrorDataReceived += (_, line) => Append(run._error, line.Data);
        run._process.Start();
        run._process.BeginOutputReadLine();
        run._process.BeginErrorReadLine();
        return run;
    }

    /// <summary>Waits for the program's own end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Asks it to stop (SIGTERM) and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var signal = Process.Start("sh", ["-c", $"kill -TERM {_process.Id}"]);
        await signal.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await EndAsync();
    }

    /// <summary>Ends it without warning (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
            text.AppendLine(line);
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
