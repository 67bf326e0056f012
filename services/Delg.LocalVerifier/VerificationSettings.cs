using Delg.Contracts.Validation;
using Delg.LocalVerifier.Geometry;
using Delg.V1;

namespace Delg.LocalVerifier;

/// <summary>How a pair is matched and verified. Start from <see cref="Fused"/> or <see cref="Published"/>.</summary>
public sealed record VerificationSettings
{
    /// <summary>
    /// Effective inliers from which a pair counts as verified, unless a request or the service's options say otherwise. Of 1000 pairs of 1000 random
    /// features without anything in common none reached a single inlier. Of 1000 pairs of features that look alike (233 one-to-one matches each, none of
    /// them true) the median reached 5, 1 in 100 reached 7, 5 reached 8 or more and the most was 8 (9 inliers before they are thinned to cells); real
    /// photos share repeated structure, so the default keeps half as much again in hand.
    /// </summary>
    public const int DefaultMinEffectiveInliers = 12;

    /// <summary>One-to-one matches, local optimisation, implausible maps refused. The default.</summary>
    public static VerificationSettings Fused { get; } = new();

    /// <summary>
    /// The paper's recipe: one direction, many-to-one allowed, exactly 1000 plain trials with the residual in pixels of the original, more than 3
    /// putative matches, inliers of the sampled map before it is refitted.
    /// </summary>
    public static VerificationSettings Published { get; } = new()
    {
        Mutual = false,
        MinPutative = 4,
        MaxSide = null,
        LocalOptimization = false,
        Confidence = 1,
        Plausible = null,
    };

    /// <summary>
    /// A putative match is nearer than this: L2 distance of unit vectors, above 0 to 2. BINARY is compared at the Hamming distance of the same angle:
    /// dim · 2 asin(d / 2) / π bits, so 1.0 is a third of the bits.
    /// </summary>
    public float MaxDescriptorDistance { get; init; } = 1;

    /// <summary>A match must be nearest in both directions.</summary>
    public bool Mutual { get; init; } = true;

    /// <summary>
    /// Ratio test: a match's distance must be below this times the distance of the second nearest candidate feature, above 0 to 1; 1: no test. Every
    /// match is held against all candidate features once more, so that it costs more the more matches there are.
    /// </summary>
    public float MaxDistanceRatio { get; init; } = 1;

    /// <summary>Putative matches below which no map is sought, at least 3.</summary>
    public int MinPutative { get; init; } = 3;

    /// <summary>
    /// Largest residual of an inlier, pixels, above 0: the distance, in the query, between the query's feature and the candidate's feature carried over
    /// by the map (the direction the paper's code measures in). The pixel is that of the image scaled down to <see cref="MaxSide"/>.
    /// </summary>
    public float MaxResidualPx { get; init; } = 20;

    /// <summary>Both images are judged as if scaled down until their larger side is at most this, pixels; null: as they are.</summary>
    public int? MaxSide { get; init; } = 1024;

    /// <summary>What maps are sought: AFFINE (3 matches a sample), SIMILARITY (2; fewer chance maps) or HOMOGRAPHY (4; planes seen aslant).</summary>
    public GeometricModel Model { get; init; } = GeometricModel.Affine;

    /// <summary>RANSAC samples at most, 1 to <see cref="MessageCheck.MaxTrials"/>.</summary>
    public int MaxTrials { get; init; } = 1000;

    /// <summary>Seed of the sampling; the same seed gives the same answer.</summary>
    public ulong Seed { get; init; }

    /// <summary>Refit each new best map on its inliers and count again (LO-RANSAC).</summary>
    public bool LocalOptimization { get; init; } = true;

    /// <summary>Stop once a sample of inliers only has been drawn with this probability, above 0; 1: run all trials.</summary>
    public double Confidence { get; init; } = 0.9999;

    /// <summary>Bounds on the map between the images scaled to <see cref="MaxSide"/>; null: none.</summary>
    public PlausibleMaps? Plausible { get; init; } = new();

    /// <summary>Effective inliers from which a pair counts as verified, at least 1.</summary>
    public int MinEffectiveInliers { get; init; } = DefaultMinEffectiveInliers;

    /// <summary>Strongest inlier matches to return, 0 to <see cref="MessageCheck.MaxExplainedMatches"/>.</summary>
    public int MaxExplainedMatches { get; init; }

    /// <summary>The settings a request asks for.</summary>
    /// <param name="options">The request's options; null: the defaults.</param>
    /// <param name="defaultMinEffectiveInliers">Used when the request does not say.</param>
    /// <param name="field">What errors call the options.</param>
    /// <exception cref="Contracts.Errors.DelgException">INVALID_ARGUMENT, FIELD_INVALID: every value out of range.</exception>
    public static VerificationSettings From(
        VerificationOptions? options, int defaultMinEffectiveInliers = DefaultMinEffectiveInliers, string field = "options")
    {
        var check = new MessageCheck();
        var settings = From(options, defaultMinEffectiveInliers, field, check);
        check.ThrowIfInvalid();
        return settings;
    }

    internal RansacSettings ForRansac() => new(MaxResidualPx, MaxTrials, Seed, LocalOptimization, Confidence, Plausible);

    internal static VerificationSettings From(VerificationOptions? options, int defaultMinEffectiveInliers, string field, MessageCheck check)
    {
        options ??= new VerificationOptions();
        check.Verification(options, field);
        var preset = options.Preset == VerificationPreset.Published ? Published : Fused;
        return preset with
        {
            MaxDescriptorDistance = options.HasMaxDescriptorDistance ? options.MaxDescriptorDistance : preset.MaxDescriptorDistance,
            Mutual = options.HasMutual ? options.Mutual : preset.Mutual,
            MaxDistanceRatio = options.HasMaxDistanceRatio ? options.MaxDistanceRatio : preset.MaxDistanceRatio,
            Model = options.Model == GeometricModel.Unspecified ? preset.Model : options.Model,
            LocalOptimization = options.HasLocalOptimization ? options.LocalOptimization : preset.LocalOptimization,
            Confidence = options.HasConfidence ? options.Confidence : preset.Confidence,
            Plausible = PlausibleOf(options.Plausibility, preset.Plausible),
            MaxResidualPx = options.HasMaxResidualPx ? options.MaxResidualPx : preset.MaxResidualPx,
            MaxTrials = options.HasMaxTrials ? (int)Math.Min(options.MaxTrials, int.MaxValue) : preset.MaxTrials,
            Seed = options.Seed,
            MinEffectiveInliers = options.HasMinEffectiveInliers ? (int)Math.Min(options.MinEffectiveInliers, int.MaxValue) : defaultMinEffectiveInliers,
            MaxExplainedMatches = (int)Math.Min(options.MaxExplainedMatches, int.MaxValue),
        };
    }

    // Bounds that a request gives start from those of the preset, or from the defaults where it has none.
    private static PlausibleMaps? PlausibleOf(PlausibilityBounds? bounds, PlausibleMaps? preset)
    {
        if (bounds is null)
            return preset;
        if (bounds.Unbounded)
            return null;
        var start = preset ?? new PlausibleMaps();
        return new PlausibleMaps(
            bounds.HasMaxStretch ? bounds.MaxStretch : start.MaxStretch,
            bounds.HasMaxScale ? bounds.MaxScale : start.MaxScale,
            bounds.HasMirrored ? bounds.Mirrored : start.Mirrored);
    }
}
