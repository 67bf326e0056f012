using Delg.EndToEnd.Tests.FourProcesses;
using Delg.EndToEnd.Tests.Processes;

namespace Delg.EndToEnd.Tests.Clients;

/// <summary>Drawn photos as files: two views of one thing, and one of another.</summary>
internal static class ScenePhotos
{
    /// <summary>Writes them; the first two show the same.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(TemporaryFolder folder, CancellationToken stop)
    {
        var paths = new List<string>();
        foreach (var view in new[] { Scenes.All[0], Scenes.All[1], Scenes.All.First(view => view.Group != Scenes.First.Group) })
        {
            var path = folder.Below(view.RelativePath.Replace('/', '-'));
            await File.WriteAllBytesAsync(path, view.Jpeg, stop);
            paths.Add(path);
        }

        return paths;
    }
}
