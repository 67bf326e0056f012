namespace Delg.Cli.Import;

/// <summary>A model's name out of the name of what it is imported from.</summary>
internal static class ModelName
{
    private const int MaxLength = 64;

    /// <summary>The last part of the path that says something, without its ending, in the letters that a name may have.</summary>
    public static string Of(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var last = Path.GetFileName(full);
        // Every SavedModel keeps its variables under the same names.
        if (last is "variables" or "variables.index")
            last = Path.GetFileName(Path.GetDirectoryName(last == "variables" ? full : Path.GetDirectoryName(full)!)) ?? last;
        var stem = File.Exists(full) ? Path.GetFileNameWithoutExtension(last) : last;
        var name = string.Concat(stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '-'));
        return name.Length switch
        {
            0 => "imported",
            > MaxLength => name[..MaxLength],
            _ => name,
        };
    }
}
