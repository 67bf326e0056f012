using Delg.Imaging.Scenes;

namespace Delg.EndToEnd.Tests.FourProcesses;

/// <summary>A few small drawn photos.</summary>
internal static class Scenes
{
    /// <summary>Three objects, three views each; ids as the relative paths.</summary>
    public static IReadOnlyList<SceneView> All { get; } =
        [.. SceneGenerator.Generate(new SceneOptions { Groups = 3, ViewsPerGroup = 3, WidthPixels = 320, HeightPixels = 240 })];

    public static SceneView First => All[0];
}
