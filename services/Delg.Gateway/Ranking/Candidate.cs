namespace Delg.Gateway.Ranking;

/// <summary>One neighbour of the global search, as the order of the answer sees it.</summary>
/// <param name="ImageId">Breaks the last ties, by ascending code unit.</param>
/// <param name="Similarity">Cosine similarity of the global descriptors, -1 to 1.</param>
/// <param name="Inliers">What verification counted; null when the neighbour was not verified.</param>
public readonly record struct Candidate(string ImageId, float Similarity, InlierCounts? Inliers = null);
