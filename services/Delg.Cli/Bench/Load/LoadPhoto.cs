using Delg.Cli.Files;
using Delg.Imaging.Scenes;
using Google.Protobuf;

namespace Delg.Cli.Bench.Load;

/// <summary>A photo that is indexed for the run.</summary>
/// <param name="ImageId">Its name.</param>
/// <param name="Image">The file's bytes.</param>
internal sealed record LoadPhoto(string ImageId, ByteString Image)
{
    /// <summary>Drawn photos, two of each thing.</summary>
    /// <param name="count">How many, at least 2.</param>
    public static IReadOnlyList<LoadPhoto> Draw(int count) =>
        [.. SceneGenerator.Generate(new SceneOptions { Groups = (count + 1) / 2, ViewsPerGroup = 2 }).Take(count).Select(view => new LoadPhoto(view.RelativePath, ByteString.CopyFrom(view.Jpeg)))];

    /// <summary>The first photos of a folder.</summary>
    public static IReadOnlyList<LoadPhoto> Read(DirectoryInfo folder, int count) =>
        [.. ImageFiles.Below(folder).Take(count).Select(file => new LoadPhoto(file.Id, ByteString.CopyFrom(File.ReadAllBytes(file.Path))))];
}
