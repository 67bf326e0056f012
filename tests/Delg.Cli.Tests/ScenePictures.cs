using Delg.Imaging.Scenes;

namespace Delg.Cli.Tests;

/// <summary>A folder of small drawn pictures, one subfolder a group, gone with the test.</summary>
internal sealed class ScenePictures : IDisposable
{
    /// <param name="groups">Groups to draw.</param>
    /// <param name="views">Pictures of each.</param>
    /// <param name="seed">Other seeds draw other things.</param>
    public ScenePictures(int groups = 2, int views = 2, int seed = 1)
    {
        Folder = Directory.CreateTempSubdirectory("delg-cli-tests-").FullName;
        var options = new SceneOptions { Groups = groups, ViewsPerGroup = views, WidthPixels = 320, HeightPixels = 240, Seed = seed };
        foreach (var view in SceneGenerator.Generate(options))
        {
            var path = Path.Combine(Folder, "pictures", view.RelativePath);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, view.Jpeg);
        }
    }

    /// <summary>Holds everything; tests may add to it.</summary>
    public string Folder { get; }

    /// <summary>Holds the groups.</summary>
    public string Pictures => Path.Combine(Folder, "pictures");

    /// <summary>All pictures, in order.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Pictures, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>A path below <see cref="Folder"/>.</summary>
    public string At(string name) => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
