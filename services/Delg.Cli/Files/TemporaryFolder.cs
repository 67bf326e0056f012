namespace Delg.Cli.Files;

/// <summary>A folder of its own that goes when it is no longer needed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <param name="parent">Where to make it; made when it is not there.</param>
    public TemporaryFolder(string parent)
    {
        Path = System.IO.Path.Combine(parent, $"data-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // Something still holds a file: the system clears its temporary folder some day.
        }
    }
}
