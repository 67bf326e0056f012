namespace Delg.Model.Extraction;

/// <summary>What is wanted of one picture.</summary>
public sealed record FeatureRequest
{
    /// <summary>For a query: the part that is looked for; null for the whole picture.</summary>
    public QueryBox? Box { get; init; }

    public DescriptorKinds Kinds { get; init; } = DescriptorKinds.Both;

    /// <summary>Local features at most, 0 or more; null for as many as the extractor's manifest says.</summary>
    public int? MaxLocalFeatures { get; init; }
}
