using Delg.Model.Network;

namespace Delg.Model.Weights.Import;

/// <summary>What an import is told besides the checkpoint. What is null is worked out from it.</summary>
public sealed record ImportOptions
{
    /// <summary>The model's name (<see cref="ModelManifest.Name"/>).</summary>
    public required string Name { get; init; }

    /// <summary>Where the weights come from, for the manifest; null for the checkpoint's own path and family.</summary>
    public string? Source { get; init; }

    /// <summary>Licence of the weights, for the manifest; null for the one they carry, which is mostly none.</summary>
    public string? Licence { get; init; }

    /// <summary>
    /// Lowest attention score of a feature (<see cref="ModelManifest.AttentionThreshold"/>); null for the published one of a released model,
    /// known by its folder's name, and 0 for others: the highest scores are kept, whatever they are.
    /// </summary>
    public float? AttentionThreshold { get; init; }

    /// <summary>How the weights are stored.</summary>
    public WeightStorage Storage { get; init; } = WeightStorage.Float32;

    /// <summary>
    /// Strides, padding, epsilon, normalisation: what names do not tell; null for those of the family the names are of. Sizes are read
    /// from the tensors.
    /// </summary>
    public ModelLayout? Conventions { get; init; }

    /// <summary>Input pixels between neighbouring local features, 16 or 32; null for the conventions' own.</summary>
    public int? LocalStridePixels { get; init; }
}
