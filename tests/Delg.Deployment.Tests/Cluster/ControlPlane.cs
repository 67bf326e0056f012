using System.Text.Json.Nodes;

namespace Delg.Deployment.Tests.Cluster;

/// <summary>The classes of tests that share one control plane.</summary>
[CollectionDefinition]
public sealed class SharedControlPlane : ICollectionFixture<ControlPlane>;

/// <summary>A real API server with its controllers, for the tests that ask for it. Pods are made and stay pending: there is no node.</summary>
public sealed class ControlPlane : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-kube-").FullName;

    private IReadOnlyDictionary<string, string> KubeConfig => new Dictionary<string, string> { ["KUBECONFIG"] = Path.Combine(_folder, "kubeconfig") };

    public async ValueTask InitializeAsync()
    {
        if (ToolBox.Kube is not { } kube)
            return;
        var started = await Command.RunAsync("bash", ["-c", "\"$0\" start \"$1\" > \"$1.out\" 2> \"$1.err\"", kube, _folder], stop: TestContext.Current.CancellationToken);
        if (started.ExitCode != 0)
            throw new InvalidOperationException($"kube start: exit {started.ExitCode}: {await File.ReadAllTextAsync(_folder + ".err")}");
    }

    public async ValueTask DisposeAsync()
    {
        if (ToolBox.Kube is { } kube)
            await Command.RunAsync(kube, ["stop", _folder]);
        Directory.Delete(_folder, recursive: true);
        File.Delete(_folder + ".out");
        File.Delete(_folder + ".err");
    }

    internal Task<CommandResult> HelmAsync(params string[] arguments) => RunAsync(["helm", .. arguments]);

    internal Task<CommandResult> KubectlAsync(string input, params string[] arguments) => RunAsync(["kubectl", .. arguments], input);

    /// <summary>The objects of some kinds in a namespace that carry a release's label.</summary>
    internal async Task<IReadOnlyList<JsonNode>> ObjectsAsync(string kinds, string inNamespace, string release)
    {
        var answer = await KubectlAsync("", "get", kinds, "-n", inNamespace, "-l", $"app.kubernetes.io/instance={release}", "-o", "json");
        return [.. JsonNode.Parse(answer.Checked())!["items"]!.AsArray().Select(item => item!)];
    }

    private Task<CommandResult> RunAsync(string[] arguments, string input = "") =>
        Command.RunAsync(ToolBox.RequireKube(), arguments, KubeConfig, input, TestContext.Current.CancellationToken);
}
