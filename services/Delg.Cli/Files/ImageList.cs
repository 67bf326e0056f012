using Delg.Cli.CommandLine;

namespace Delg.Cli.Files;

/// <summary>The pictures that a list names: a path a line, and after a tab the id where it is another.</summary>
internal static class ImageList
{
    /// <summary>Empty lines and those that begin with '#' are passed over. Whether the files are there is seen when they are read.</summary>
    /// <param name="lines">The list.</param>
    /// <param name="folder">Where relative paths begin.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>In the order of the list.</returns>
    /// <exception cref="CommandFailedException">No picture is named, or two have the same id.</exception>
    public static async Task<IReadOnlyList<ImageFile>> ReadAsync(TextReader lines, string folder, CancellationToken cancellation)
    {
        var images = new List<ImageFile>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#'))
                continue;
            var columns = line.Split('\t', 2, StringSplitOptions.TrimEntries);
            var image = new ImageFile(columns is [_, { Length: > 0 } id] ? id : IdOf(columns[0]), Path.GetFullPath(columns[0], folder));
            if (!ids.Add(image.Id))
                throw new CommandFailedException($"The list names '{image.Id}' twice.");
            images.Add(image);
        }

        return images.Count > 0 ? images : throw new CommandFailedException("The list names no picture.");
    }

    private static string IdOf(string path)
    {
        var id = path.Replace(Path.DirectorySeparatorChar, '/');
        while (id.StartsWith("./", StringComparison.Ordinal))
            id = id[2..];
        return id.TrimStart('/');
    }
}
