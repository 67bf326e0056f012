namespace Delg.LocalVerifier.Geometry;

/// <summary>How <see cref="Ransac{TModel, TMap}"/> searches.</summary>
/// <param name="MaxResidual">A pair is an inlier below this, pixels of the target.</param>
/// <param name="MaxTrials">Samples at most.</param>
/// <param name="Seed">Seed of the sampling.</param>
/// <param name="LocalOptimization">Refit each new best map on its inliers and count again.</param>
/// <param name="Confidence">Stop when an all-inlier sample has been drawn with this probability; 1: never stop early.</param>
/// <param name="Plausible">Bounds on the map; null: none.</param>
internal sealed record RansacSettings(
    float MaxResidual, int MaxTrials, ulong Seed, bool LocalOptimization, double Confidence, PlausibleMaps? Plausible);
