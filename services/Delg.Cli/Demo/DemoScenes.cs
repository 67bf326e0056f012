using Delg.Cli.Output;
using Delg.Imaging.Scenes;

namespace Delg.Cli.Demo;

/// <summary>Pictures for those who have none at hand: objects drawn under new viewpoints, light and clutter, a subfolder each.</summary>
internal static class DemoScenes
{
    /// <summary>Draws all scenes into a folder, over what an earlier run left there.</summary>
    public static async Task DrawAsync(DirectoryInfo folder, SceneOptions options, Terminal terminal, CancellationToken cancellation)
    {
        if (Directory.Exists(folder.FullName))
            folder.Delete(recursive: true);
        await WorkProgress.TrackAsync(terminal, "Drawing scenes", options.Groups * options.ViewsPerGroup, async advance =>
        {
            foreach (var view in SceneGenerator.Generate(options))
            {
                folder.CreateSubdirectory(view.Group);
                await File.WriteAllBytesAsync(Path.Combine(folder.FullName, view.RelativePath), view.Jpeg, cancellation);
                advance();
            }
        });
    }
}
