namespace Delg.Imaging.Scenes;

/// <summary>How many scenes to draw, and how large.</summary>
public sealed record SceneOptions
{
    /// <summary>Everything drawn follows from this number.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Objects, taken in turn from the families. Default 12.</summary>
    public int Groups { get; init; } = 12;

    /// <summary>Photos of each object. Default 5.</summary>
    public int ViewsPerGroup { get; init; } = 5;

    /// <summary>Columns of a photo. Default 640.</summary>
    public int WidthPixels { get; init; } = 640;

    /// <summary>Rows of a photo. Default 480.</summary>
    public int HeightPixels { get; init; } = 480;

    /// <exception cref="ArgumentException">A setting makes no sense; the message holds every mistake.</exception>
    internal void Validate()
    {
        var mistakes = new List<string>();
        if (Groups is < 1 or > 999)
            mistakes.Add($"Groups must be between 1 and 999, not {Groups}.");
        if (ViewsPerGroup is < 1 or > 99)
            mistakes.Add($"ViewsPerGroup must be between 1 and 99, not {ViewsPerGroup}.");
        if (WidthPixels is < 160 or > 4096)
            mistakes.Add($"WidthPixels must be between 160 and 4096, not {WidthPixels}.");
        if (HeightPixels is < 120 or > 4096)
            mistakes.Add($"HeightPixels must be between 120 and 4096, not {HeightPixels}.");
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
