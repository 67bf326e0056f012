using Delg.ServiceDefaults.Tests;

namespace Delg.GlobalIndex.Tests.Milvus.Server;

/// <summary>A real Milvus server of one test or of several. Stopped, and its data deleted, when it is disposed of.</summary>
internal sealed class MilvusServer : IAsyncDisposable
{
    /// <summary>Mark of tests that need a server, by name and value.</summary>
    public const string Trait = "Server";
    public const string TraitValue = "Milvus";

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _arguments;
    private readonly string _scheme;

    private MilvusServer(string[] arguments)
    {
        _arguments = ["--port", $"{FreePort.Take()}", .. arguments];
        _scheme = arguments.Contains("--tls") ? "https" : "http";
    }

    /// <summary>Address as the options take it.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts a server of the tools. Skips the running test where there are none.</summary>
    public static async Task<MilvusServer> StartAsync(params string[] arguments)
    {
        Assert.SkipWhen(MilvusTool.Path is null, $"No Milvus here: set {MilvusTool.FolderVariable} to a folder that holds the script milvus.");
        var server = new MilvusServer(arguments);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        var address = await MilvusTool.StartAsync(_folder.Path, _arguments);
        Address = $"{_scheme}://localhost:{address[(address.LastIndexOf(':') + 1)..]}";
    }

    /// <summary>Ends it as a power cut would, as far as one process can.</summary>
    public Task KillAsync() => MilvusTool.StopAsync(_folder.Path, kill: true);

    public async ValueTask DisposeAsync()
    {
        // Nobody needs its data any more: there is nothing to wait for.
        await KillAsync();
        _folder.Dispose();
    }
}
