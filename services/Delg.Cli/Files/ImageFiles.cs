using System.IO.Enumeration;
using Delg.Cli.CommandLine;

namespace Delg.Cli.Files;

/// <summary>The pictures below a folder.</summary>
internal static class ImageFiles
{
    /// <summary>What picture files are called; the bytes decide later what they are.</summary>
    private static readonly HashSet<string> _extensions = new([".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif"], StringComparer.OrdinalIgnoreCase);

    /// <summary>All pictures at any depth. Hidden files and folders and links to folders are passed over.</summary>
    /// <returns>Ids (path below the folder, with '/') and full paths, in ascending order of id.</returns>
    /// <exception cref="CommandFailedException">The folder is not there or holds no picture.</exception>
    public static IReadOnlyList<ImageFile> Below(DirectoryInfo folder)
    {
        // Asked of the system: what a DirectoryInfo remembers may be older than the folder.
        if (!Directory.Exists(folder.FullName))
            throw new CommandFailedException($"There is no folder '{folder}'.");
        var root = Path.TrimEndingDirectorySeparator(folder.FullName);
        var files = new FileSystemEnumerable<string>(root, (ref FileSystemEntry entry) => entry.ToFullPath(), new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && _extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        var images = files
            .Select(path => new ImageFile(Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'), path))
            .OrderBy(image => image.Id, StringComparer.Ordinal)
            .ToList();
        return images.Count > 0 ? images : throw new CommandFailedException($"There are no pictures ({string.Join(", ", _extensions)}) in '{folder}'.");
    }
}
