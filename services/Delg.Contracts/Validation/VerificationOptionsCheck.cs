using Delg.V1;

namespace Delg.Contracts.Validation;

/// <summary>The ranges that <see cref="VerificationOptions"/> states. What is not set is the verifier's to choose.</summary>
internal static class VerificationOptionsCheck
{
    public static void Check(MessageCheck check, VerificationOptions options, string field)
    {
        check.That(Enum.IsDefined(options.Preset), $"{field}.preset", $"{(int)options.Preset} is not a preset.");
        check.That(Enum.IsDefined(options.Model), $"{field}.model", $"{(int)options.Model} is not a model.");
        check.That(
            !options.HasMaxDescriptorDistance || options.MaxDescriptorDistance is > 0 and <= 2, $"{field}.max_descriptor_distance",
            $"{options.MaxDescriptorDistance} is outside above 0 to 2.");
        check.That(
            !options.HasMaxDistanceRatio || options.MaxDistanceRatio is > 0 and <= 1, $"{field}.max_distance_ratio", $"{options.MaxDistanceRatio} is outside above 0 to 1.");
        check.That(!options.HasConfidence || options.Confidence is > 0 and <= 1, $"{field}.confidence", $"{options.Confidence} is outside above 0 to 1.");
        check.That(
            !options.HasMaxResidualPx || (options.MaxResidualPx > 0 && float.IsFinite(options.MaxResidualPx)), $"{field}.max_residual_px", "Must be finite and above 0.");
        if (options.HasMaxTrials)
            check.InRange(options.MaxTrials, 1, MessageCheck.MaxTrials, $"{field}.max_trials");
        check.That(!options.HasMinEffectiveInliers || options.MinEffectiveInliers > 0, $"{field}.min_effective_inliers", "0 is below 1.");
        check.InRange(options.MaxExplainedMatches, 0, MessageCheck.MaxExplainedMatches, $"{field}.max_explained_matches");
        if (options.Plausibility is { Unbounded: false } bounds)
        {
            check.That(!bounds.HasMaxStretch || bounds.MaxStretch >= 1, $"{field}.plausibility.max_stretch", $"{bounds.MaxStretch} is below 1.");
            check.That(!bounds.HasMaxScale || bounds.MaxScale >= 1, $"{field}.plausibility.max_scale", $"{bounds.MaxScale} is below 1.");
        }
    }
}
