using System.Diagnostics;
using Delg.V1;
using Grpc.Net.Client;

namespace Delg.GlobalIndex.Tests;

/// <summary>The service as a process of its own, which can be ended without warning.</summary>
internal sealed class IndexProcess : IDisposable
{
    private const string ListeningText = "Now listening on: ";
    private readonly Process _process;
    private readonly GrpcChannel _channel;

    private IndexProcess(Process process, string address)
    {
        _process = process;
        _channel = GrpcChannel.ForAddress(address);
        Client = new GlobalIndexService.GlobalIndexServiceClient(_channel);
    }

    public GlobalIndexService.GlobalIndexServiceClient Client { get; }

    public static async Task<IndexProcess> StartAsync(string dataFolder)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(GlobalIndexHosting).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment["DELG_DataFolder"] = dataFolder;
        start.Environment["DELG_GlobalIndex__Listen"] = "http://127.0.0.1:0";
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            var at = line.IndexOf(ListeningText, StringComparison.Ordinal);
            if (at < 0)
                continue;
            // Read on, or the service would one day wait for its log to be read.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            return new IndexProcess(process, line[(at + ListeningText.Length)..]);
        }

        // Its output ends a moment before it does.
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        throw new InvalidOperationException($"The service ended with exit code {process.ExitCode} before it listened.");
    }

    /// <summary>Ends it as a power cut would, as far as one process can.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _channel.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
