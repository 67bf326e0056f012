using Delg.Model.Weights;

namespace Delg.Model.Extraction;

/// <summary>How features are extracted. What is null is as the weights' manifest says.</summary>
public sealed record ExtractionOptions
{
    private const int MaxThreads = 1024;

    /// <summary>Number type of the convolutions.</summary>
    public InferencePrecision Precision { get; init; } = InferencePrecision.Auto;

    /// <summary><c>cpu</c>, <c>cuda</c> (the first CUDA device) or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads of one forward pass on the CPU, 1 to 1024; 0 leaves it to torch. It holds for the whole process.</summary>
    public int Threads { get; init; }

    /// <inheritdoc cref="ModelManifest.Scales"/>
    public IReadOnlyList<float>? Scales { get; init; }

    /// <inheritdoc cref="ModelManifest.GlobalScaleIndices"/>
    /// <remarks>If null while <see cref="Scales"/> is given: those among the scales at which the manifest takes global descriptors, or
    /// all of them if none is.</remarks>
    public IReadOnlyList<int>? GlobalScaleIndices { get; init; }

    /// <inheritdoc cref="ModelManifest.MaxImageSizePixels"/>
    public int? MaxImageSizePixels { get; init; }

    /// <inheritdoc cref="ModelManifest.AttentionThreshold"/>
    public float? AttentionThreshold { get; init; }

    /// <inheritdoc cref="ModelManifest.MaxLocalFeatures"/>
    public int? MaxLocalFeatures { get; init; }

    /// <summary>The manifest with these options in place of its own values.</summary>
    /// <exception cref="ArgumentException">At least one value is out of range; the message names them all, with their limits.</exception>
    internal ModelManifest Over(ModelManifest manifest)
    {
        List<string> mistakes = [];
        if (!Enum.IsDefined(Precision))
            mistakes.Add($"Precision must be one of {string.Join(", ", Enum.GetNames<InferencePrecision>())}");
        if (!TorchDevice.IsName(Device))
            mistakes.Add($"Device must be cpu, cuda or cuda:N, not \"{Device}\"");
        if (Threads is < 0 or > MaxThreads)
            mistakes.Add($"Threads must be 0 to {MaxThreads}");
        ModelManifest result = manifest with
        {
            Scales = Scales ?? manifest.Scales,
            GlobalScaleIndices = GlobalScaleIndices ?? (Scales is null ? manifest.GlobalScaleIndices : GlobalAmong(Scales, manifest)),
            MaxImageSizePixels = MaxImageSizePixels ?? manifest.MaxImageSizePixels,
            AttentionThreshold = AttentionThreshold ?? manifest.AttentionThreshold,
            MaxLocalFeatures = MaxLocalFeatures ?? manifest.MaxLocalFeatures,
        };
        try
        {
            result.Validate();
        }
        catch (WeightsFormatException e)
        {
            mistakes.Add(e.Message.TrimEnd('.'));
        }
        return mistakes.Count == 0 ? result : throw new ArgumentException($"Extraction options: {string.Join("; ", mistakes)}.");
    }

    private static int[] GlobalAmong(IReadOnlyList<float> scales, ModelManifest manifest)
    {
        // Scales are typed by people: 0.7071 is the manifest's 0.70710677.
        const float Tolerance = 1e-3f;
        int[] all = [.. Enumerable.Range(0, scales.Count)];
        int[] kept = [.. all.Where(i => manifest.GlobalScaleIndices.Any(g => Math.Abs(scales[i] - manifest.Scales[g]) <= Tolerance * scales[i]))];
        return kept.Length > 0 ? kept : all;
    }
}
