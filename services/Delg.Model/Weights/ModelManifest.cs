using System.Text.Json;
using System.Text.Json.Serialization;
using Delg.Model.Network;

namespace Delg.Model.Weights;

/// <summary>What travels with the weights so that they are used as they were trained.</summary>
public sealed record ModelManifest
{
    /// <summary>The version of this record that this program reads and writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Where a manifest lies in a safetensors file's metadata, as JSON.</summary>
    public const string MetadataKey = "delg.manifest";

    /// <summary>In <see cref="Verification"/>: what a candidate with the cap's effective inliers gains in fused order, in units of cosine similarity.</summary>
    public const string FusionWeightName = "fusion_weight";

    /// <summary>In <see cref="Verification"/>: effective inliers from which more count for nothing more in fused order.</summary>
    public const string FusionCapName = "fusion_cap";

    private const int MaxNameLength = 64;
    private const int MaxScales = 16;
    private const double MaxScale = 8;
    private const int MaxSideLimitPixels = 16384;
    private const int MaxFeaturesLimit = 100_000;

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>A short name, letters, digits, '-', '.' and '_', such as <c>delg-r50</c>; the first half of the <see cref="ModelId"/>.</summary>
    public required string Name { get; init; }

    /// <summary><see cref="CurrentFormatVersion"/>.</summary>
    public int FormatVersion { get; init; } = CurrentFormatVersion;

    /// <summary>The network's shape and the conventions of its training, input normalisation included.</summary>
    public required ModelLayout Layout { get; init; }

    /// <summary>Scales of the image pyramid, relative to the resized picture. Local features are taken at all of them.</summary>
    public IReadOnlyList<float> Scales { get; init; } = [0.25f, 0.35355338f, 0.5f, 0.70710677f, 1f, 1.4142135f, 2f];

    /// <summary>Which of <see cref="Scales"/> the global descriptor is summed over, counted from 0.</summary>
    public IReadOnlyList<int> GlobalScaleIndices { get; init; } = [3, 4, 5];

    /// <summary>A picture's larger side is shrunk to this many pixels before the pyramid.</summary>
    public int MaxImageSizePixels { get; init; } = 1024;

    /// <summary>A picture whose resized side is shorter than this many pixels has no features.</summary>
    public int MinSidePixels { get; init; } = 10;

    /// <summary>Positions whose attention score is at least this are features. The median score at the end of training (DELG §4.1).</summary>
    public float AttentionThreshold { get; init; }

    /// <summary>Features kept of a picture, those of the highest attention.</summary>
    public int MaxLocalFeatures { get; init; } = 1000;

    /// <summary>What the weights were trained from and on.</summary>
    public string Source { get; init; } = "";

    /// <summary>Licence of the weights, an SPDX expression where there is one.</summary>
    public string Licence { get; init; } = "";

    /// <summary>
    /// Defaults of matching and ranking that were tuned for these weights, by name (thresholds, fusion weights). A name that a reader
    /// does not know is no error.
    /// </summary>
    public IReadOnlyDictionary<string, double> Verification { get; init; } = new SortedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Fused ranking as it was tuned for these weights (see <see cref="FusionWeightName"/>); null: they say nothing of it, or only half.</summary>
    [JsonIgnore]
    public (double Weight, int Cap)? Fusion =>
        Verification.TryGetValue(FusionWeightName, out var weight) && Verification.TryGetValue(FusionCapName, out var cap) ? (weight, (int)cap) : null;

    /// <summary>Reports every value that is out of range.</summary>
    /// <exception cref="WeightsFormatException">At least one is; the message names them all, with their limits.</exception>
    public void Validate()
    {
        List<string> mistakes = [];
        if (FormatVersion != CurrentFormatVersion)
            mistakes.Add($"format_version must be {CurrentFormatVersion}, not {FormatVersion}");
        if (Name.Length is 0 or > MaxNameLength || Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_')))
            mistakes.Add($"name must be 1 to {MaxNameLength} letters, digits, '-', '.' or '_'");
        try
        {
            Layout.Validate();
        }
        catch (ArgumentException e)
        {
            mistakes.Add(e.Message.TrimEnd('.'));
        }
        if (Scales.Count is 0 or > MaxScales || Scales.Any(s => !(s > 0 && s <= MaxScale)))
            mistakes.Add($"scales must be 1 to {MaxScales} numbers above 0 and at most {MaxScale}");
        if (GlobalScaleIndices.Count == 0 || GlobalScaleIndices.Any(i => i < 0 || i >= Scales.Count) || GlobalScaleIndices.Distinct().Count() < GlobalScaleIndices.Count)
            mistakes.Add("global_scale_indices must be at least one index of scales, each once");
        if (MinSidePixels < 1)
            mistakes.Add("min_side_pixels must be at least 1");
        if (MaxImageSizePixels < MinSidePixels || MaxImageSizePixels > MaxSideLimitPixels)
            mistakes.Add($"max_image_size_pixels must be min_side_pixels to {MaxSideLimitPixels}");
        if (!float.IsFinite(AttentionThreshold) || AttentionThreshold < 0)
            mistakes.Add("attention_threshold must be a number of at least 0");
        if (MaxLocalFeatures is < 0 or > MaxFeaturesLimit)
            mistakes.Add($"max_local_features must be 0 to {MaxFeaturesLimit}");
        if (Verification.Any(v => !double.IsFinite(v.Value)))
            mistakes.Add("verification must hold finite numbers");
        if (Verification.TryGetValue(FusionWeightName, out var weight) && weight < 0)
            mistakes.Add($"verification.{FusionWeightName} must be at least 0");
        if (Verification.TryGetValue(FusionCapName, out var cap) && !(cap is >= 1 and <= MaxFeaturesLimit && cap == Math.Floor(cap)))
            mistakes.Add($"verification.{FusionCapName} must be a whole number from 1 to {MaxFeaturesLimit}");
        if (mistakes.Count > 0)
            throw new WeightsFormatException($"Model manifest: {string.Join("; ", mistakes)}.");
    }

    /// <summary>The manifest as metadata of a safetensors file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, _json);

    /// <summary>Reads and validates what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="WeightsFormatException">It is not a manifest of this version, or a value is out of range.</exception>
    public static ModelManifest FromJson(string json)
    {
        try
        {
            ModelManifest manifest = JsonSerializer.Deserialize<ModelManifest>(json, _json)
                ?? throw new WeightsFormatException("Model manifest: null.");
            manifest.Validate();
            return manifest;
        }
        catch (JsonException e)
        {
            throw new WeightsFormatException($"Model manifest: {e.Message}", e);
        }
    }
}
