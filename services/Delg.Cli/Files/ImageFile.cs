namespace Delg.Cli.Files;

/// <summary>A picture on disk.</summary>
/// <param name="Id">Its path below the folder that was named, with '/'.</param>
/// <param name="Path">Where it lies.</param>
internal sealed record ImageFile(string Id, string Path)
{
    /// <summary>The group of the picture.</summary>
    public string Group => GroupOf(Id);

    /// <summary>The first folder of an id: pictures of one group show the same thing. Empty when the picture lies in no subfolder.</summary>
    public static string GroupOf(string id) => id.Split('/') is [var first, _, ..] ? first : "";
}
