namespace Delg.Gateway.Ranking;

/// <summary>What geometric verification counted for one candidate.</summary>
/// <param name="All">Matches that agree with the affine map.</param>
/// <param name="Effective">The smaller, over the two images, of the number of 32-pixel cells that hold an inlier.</param>
public readonly record struct InlierCounts(int All, int Effective);
