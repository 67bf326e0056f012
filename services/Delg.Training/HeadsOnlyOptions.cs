namespace Delg.Training;

/// <summary>
/// Training of the heads alone: the trunk stays as it is, so that it runs once over a few views of each photo instead of at every step.
/// What it makes of them is kept in the work folder.
/// </summary>
public sealed record HeadsOnlyOptions
{
    /// <summary>Augmented views made of each photo; fewer where they would not fit.</summary>
    public int ViewsPerPhoto { get; init; } = 8;

    /// <summary>Bound on the kept feature maps, in units of 2²⁰ bytes: a view of 208 pixels a side takes a third of one.</summary>
    public int CacheMegabytes { get; init; } = 4096;

    /// <summary>Every value that is out of its range, as a sentence each.</summary>
    public IEnumerable<string> FindMistakes()
    {
        if (ViewsPerPhoto is < 1 or > 1000) yield return $"ViewsPerPhoto must be 1 to 1000, not {ViewsPerPhoto}.";
        if (CacheMegabytes is < 1 or > 10_000_000) yield return $"CacheMegabytes must be 1 to 10000000, not {CacheMegabytes}.";
    }
}
