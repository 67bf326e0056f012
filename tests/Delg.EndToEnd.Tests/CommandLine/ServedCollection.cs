using System.Text.Json.Nodes;
using Delg.EndToEnd.Tests.FourProcesses;
using Delg.EndToEnd.Tests.Processes;
using Delg.V1;
using Grpc.Net.Client;

namespace Delg.EndToEnd.Tests.CommandLine;

/// <summary><c>delg serve</c> with four photos in the collection "default" and a backup of it, for one class of tests.</summary>
public sealed class ServedCollection : IAsyncLifetime
{
    private readonly TemporaryFolder _home = new();
    private ProgramRun? _server;
    private GrpcChannel? _verifierChannel;

    /// <summary>Ids of the photos, ascending.</summary>
    public IReadOnlyList<string> Ids { get; } = [.. Scenes.All.Take(4).Select(view => view.RelativePath).Order(StringComparer.Ordinal)];

    /// <summary>The service behind the gateway that keeps local features.</summary>
    internal LocalVerifierService.LocalVerifierServiceClient Verifier { get; private set; } = null!;

    /// <summary>Backup of "default", as it was before any test.</summary>
    public string Backup => Below("default.delg");

    public string Photos => Below("photos");

    public string Below(params string[] parts) => _home.Below(parts);

    public async ValueTask InitializeAsync()
    {
        foreach (var view in Scenes.All.Take(4))
        {
            var file = Path.Combine(Photos, view.RelativePath);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, view.Jpeg, TestContext.Current.CancellationToken);
        }

        _server = DelgCommand.Start(_home, "serve", "--free-ports", "--json");
        var addresses = (await DelgCommand.AnswerAsync(_server))["addresses"]!;
        _verifierChannel = GrpcChannel.ForAddress(addresses["local_verifier"]!.GetValue<string>());
        Verifier = new LocalVerifierService.LocalVerifierServiceClient(_verifierChannel);
        await RunAsync(0, "index", Photos);
        await RunAsync(0, "export", "default", Backup);
    }

    /// <summary>Runs <c>delg</c> against the server and reads its answer.</summary>
    /// <param name="exitCode">What it must end with.</param>
    /// <param name="arguments">Verb and options.</param>
    public async Task<JsonObject> RunAsync(int exitCode, params string[] arguments)
    {
        await using var run = DelgCommand.Start(_home, [.. arguments, "--json"]);
        var code = await run.EndAsync();
        Assert.True(code == exitCode, $"delg {string.Join(' ', arguments)}: exit {code}\n{run.Output}\n{run.Error}");
        return JsonNode.Parse(run.Output)!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        _verifierChannel?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _home.Dispose();
    }
}
