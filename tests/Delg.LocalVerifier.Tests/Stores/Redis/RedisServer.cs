using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Delg.ServiceDefaults.Tests;

namespace Delg.LocalVerifier.Tests.Stores.Redis;

/// <summary>A redis-server of a test's own, on a free port of loopback, with its files in a folder that goes with it.</summary>
internal sealed class RedisServer : IDisposable
{
    public const string EnvironmentVariable = "DELG_REDIS_SERVER";

    private static readonly string? _program = FindProgram();

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _settings;
    private Process? _process;

    private RedisServer(string[] settings) => _settings = settings;

    public int Port { get; } = FreePort.Take();

    /// <summary>As the option <c>Connection</c> names it.</summary>
    public string Connection => $"127.0.0.1:{Port}";

    /// <summary>Starts one; skips the running test where there is no redis-server.</summary>
    /// <param name="settings">As on its command line, e.g. <c>--appendonly yes</c>.</param>
    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        Require();
        var server = new RedisServer(settings);
        await server.StartAsync();
        return server;
    }

    /// <summary>Skips the running test where there is no redis-server.</summary>
    public static void Require() =>
        Assert.SkipWhen(_program is null, $"No redis-server here: install one, or set {EnvironmentVariable} to its path.");

    /// <summary>Starts it again on the files and the port it had.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(_program!) { RedirectStandardOutput = true, WorkingDirectory = _folder.Path };
        string[] arguments = ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder.Path, "--save", "", .. _settings];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        var log = new StringBuilder();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) =>
        {
            log.AppendLine(line.Data);
            // Its own word: an answer on the port could be another program's.
            if (line.Data is null)
                ready.TrySetException(new InvalidOperationException($"redis-server ended: {log}"));
            else if (line.Data.Contains("Ready to accept connections", StringComparison.Ordinal))
                ready.TrySetResult();
        };
        _process.BeginOutputReadLine();
        await ready.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends it without warning.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Sends it a signal, e.g. STOP.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process!.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Sends commands, a line each, and returns the first bytes that come back to the last.</summary>
    public async Task<string> AskAsync(params string[] commands)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var answer = new byte[64 * 1024];
        var length = 0;
        foreach (var command in commands)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{command}\r\n"), TestContext.Current.CancellationToken);
            length = await stream.ReadAsync(answer, TestContext.Current.CancellationToken);
        }

        return Encoding.UTF8.GetString(answer, 0, length);
    }

    public void Dispose()
    {
        if (_process is { } process)
        {
            if (!process.HasExited)
                process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _folder.Dispose();
    }

    private static string? FindProgram()
    {
        var named = Environment.GetEnvironmentVariable(EnvironmentVariable);
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "redis-server"));
        return onPath.Prepend(named ?? "").FirstOrDefault(File.Exists);
    }
}
