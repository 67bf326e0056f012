namespace Delg.Imaging.Drawing;

/// <summary>Size and density of a match picture.</summary>
public sealed record MatchPictureOptions
{
    /// <summary>Height of both photos, if the width allows. Default 480.</summary>
    public int HeightPixels { get; init; } = 480;

    /// <summary>Widest the picture may become; the photos shrink to keep it. Default 1600.</summary>
    public int MaxWidthPixels { get; init; } = 1600;

    /// <summary>Most inlier lines drawn. Default 60: with more the photos disappear.</summary>
    public int MaxLines { get; init; } = 60;

    /// <exception cref="ArgumentException">A size makes no sense; the message holds every mistake.</exception>
    internal void Validate()
    {
        var mistakes = new List<string>();
        if (HeightPixels is < 16 or > 8192)
            mistakes.Add($"HeightPixels must be between 16 and 8192, not {HeightPixels}.");
        if (MaxWidthPixels is < 64 or > 16384)
            mistakes.Add($"MaxWidthPixels must be between 64 and 16384, not {MaxWidthPixels}.");
        if (MaxLines < 0)
            mistakes.Add($"MaxLines must be at least 0, not {MaxLines}.");
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
