using System.Diagnostics;

namespace Delg.GlobalIndex.Tests.Milvus.Server;

/// <summary>A script that starts and stops real Milvus servers on loopback, if it is on this machine.</summary>
internal static class MilvusTool
{
    public const string FolderVariable = "DELG_TOOLS_DIR";

    // The first start on a machine unpacks the server, and two at once would be in each other's way.
    private static readonly SemaphoreSlim _start = new(1);

    /// <summary>Path of the script <c>milvus</c>; null when there is none.</summary>
    public static string? Path { get; } = new[] { Environment.GetEnvironmentVariable(FolderVariable), BesideTheClone() }
        .Where(folder => !string.IsNullOrEmpty(folder))
        .Select(folder => System.IO.Path.GetFullPath(System.IO.Path.Combine(folder!, "milvus")))
        .FirstOrDefault(File.Exists);

    /// <summary>Starts a server on a folder's data and answers its address, <c>host:port</c>.</summary>
    public static async Task<string> StartAsync(string folder, params string[] arguments)
    {
        await _start.WaitAsync();
        try
        {
            return (await RunAsync(["start", folder, .. arguments])).Trim();
        }
        finally
        {
            _start.Release();
        }
    }

    public static Task StopAsync(string folder, bool kill) => RunAsync(kill ? ["stop", folder, "--kill"] : ["stop", folder]);

    private static async Task<string> RunAsync(string[] arguments)
    {
        // The server inherits what is not a file of its own: it must not hold a pipe that is read to its end here.
        var output = System.IO.Path.GetTempFileName();
        try
        {
            using var process = Process.Start("bash", ["-c", "out=$0; bash \"$@\" > \"$out\" 2>&1 < /dev/null", output, Path!, .. arguments]);
            await process.WaitForExitAsync();
            var text = await File.ReadAllTextAsync(output);
            return process.ExitCode == 0 ? text : throw new InvalidOperationException($"milvus {arguments[0]}: exit {process.ExitCode}: {text}");
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static string? BesideTheClone()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Delg.Micro.sln")))
                return System.IO.Path.Combine(folder.FullName, "..", "shared", "tools");
        }

        return null;
    }
}
