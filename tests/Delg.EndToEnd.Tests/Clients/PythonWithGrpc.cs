using System.ComponentModel;
using System.Text.Json.Nodes;
using Delg.EndToEnd.Tests.Processes;

namespace Delg.EndToEnd.Tests.Clients;

/// <summary>A Python that speaks gRPC, and what makes stubs for it, where this machine has both.</summary>
internal static class PythonWithGrpc
{
    private const string EnvironmentVariable = "DELG_PYTHON";

    private static readonly string _folder = Product.PathOf("tests", "Delg.EndToEnd.Tests", "Clients", "Python");

    /// <summary>Its program. Skips the running test where there is none.</summary>
    public static async Task<string> RequireAsync()
    {
        // Debian's own comes before one that a version manager puts on the path.
        foreach (var python in new[] { Environment.GetEnvironmentVariable(EnvironmentVariable), "/usr/bin/python3", "python3" })
        {
            if (!string.IsNullOrEmpty(python) && await SucceedsAsync(python, "-c", "import grpc, google.protobuf") && await SucceedsAsync("protoc", "--version") && await SucceedsAsync("sh", "-c", "command -v grpc_python_plugin"))
                return python;
        }

        Assert.Skip(
            $"No Python with gRPC here, or no protoc with its plugin: install python3-grpcio, protobuf-compiler, protobuf-compiler-grpc and libprotobuf-dev, or set {EnvironmentVariable} to a Python.");
        return "";
    }

    /// <summary>Makes the stubs as the example says.</summary>
    public static async Task MakeStubsAsync(string stubs)
    {
        await using var run = ProgramRun.StartOther("sh", [Path.Combine(_folder, "make_stubs.sh"), stubs]);
        var code = await run.EndAsync();
        Assert.True(code == 0, $"make_stubs.sh: exit {code}\n{run.Output}\n{run.Error}");
    }

    /// <summary>Runs the example and reads its answer.</summary>
    public static async Task<JsonObject> RunAsync(string python, string stubs, IReadOnlyList<string> arguments)
    {
        await using var run = ProgramRun.StartOther(
            python, [Path.Combine(_folder, "photo_search.py"), .. arguments], new Dictionary<string, string> { ["PYTHONPATH"] = stubs, ["PYTHONDONTWRITEBYTECODE"] = "1" });
        var code = await run.EndAsync();
        Assert.True(code == 0, $"photo_search.py: exit {code}\n{run.Output}\n{run.Error}");
        return JsonNode.Parse(run.Output)!.AsObject();
    }

    private static async Task<bool> SucceedsAsync(string program, params string[] arguments)
    {
        try
        {
            await using var run = ProgramRun.StartOther(program, arguments);
            return await run.EndAsync() == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
