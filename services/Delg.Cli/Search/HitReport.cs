using Delg.V1;

namespace Delg.Cli.Search;

/// <summary>A hit as scripts read it. What the comparison found is null when the hit was not verified.</summary>
internal sealed record HitReport(
    string ImageId,
    float Score,
    float Similarity,
    uint? Putative,
    uint? Inliers,
    uint? EffectiveInliers,
    bool? Verified,
    IReadOnlyList<float>? Affine,
    IReadOnlyList<string> DuplicateImageIds)
{
    public static HitReport Of(Hit hit) => new(
        hit.ImageId,
        hit.Score,
        hit.Similarity,
        hit.Verification?.Putative,
        hit.Verification?.Inliers,
        hit.Verification?.EffectiveInliers,
        hit.Verification?.Verified,
        hit.Verification?.Affine,
        hit.DuplicateImageIds);
}
