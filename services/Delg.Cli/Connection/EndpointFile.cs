using System.Diagnostics;
using System.Text.Json;
using Delg.Cli.Output;

namespace Delg.Cli.Connection;

/// <summary>
/// A note in the data folder that says where the server on it listens, so that other commands talk to it instead of opening its stores a
/// second time. It is there while the server runs; one left behind by a killed server is recognised by its process being gone.
/// </summary>
/// <param name="Address">The gateway's gRPC address.</param>
/// <param name="ProcessId">The server's process.</param>
internal sealed record EndpointFile(string Address, int ProcessId)
{
    internal const string FileName = "server.json";

    /// <summary>Writes the note for this process. Dispose the result to take it away.</summary>
    public static IDisposable Announce(string dataFolder, string address)
    {
        var path = Path.Combine(dataFolder, FileName);
        // Moved into place: a reader sees all of it or nothing.
        var draft = $"{path}.{Environment.ProcessId}";
        File.WriteAllText(draft, JsonSerializer.Serialize(new EndpointFile(address, Environment.ProcessId), JsonForm.Options));
        File.Move(draft, path, overwrite: true);
        return new Removal(path);
    }

    /// <summary>The note in the folder, if there is one and its process lives.</summary>
    public static EndpointFile? Find(string dataFolder)
    {
        try
        {
            var note = JsonSerializer.Deserialize<EndpointFile>(File.ReadAllText(Path.Combine(dataFolder, FileName)), JsonForm.Options);
            return note is not null && IsRunning(note.ProcessId) ? note : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private sealed class Removal(string path) : IDisposable
    {
        public void Dispose() => File.Delete(path);
    }
}
