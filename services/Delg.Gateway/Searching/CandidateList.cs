using Delg.Gateway.Ranking;
using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>The neighbours of a query with what is known of each, and their order.</summary>
internal sealed class CandidateList(SearchPlan plan, RankingRule rule)
{
    // By image id: a second search that finds an image again need not have it compared again.
    private readonly Dictionary<string, Verification> _verifications = [];

    private IReadOnlyList<Neighbor> _neighbors = [];

    /// <summary>Neighbours found.</summary>
    public int Count => _neighbors.Count;

    /// <summary>Neighbours that were compared.</summary>
    public int ComparedCount => _neighbors.Count(neighbor => _verifications.ContainsKey(neighbor.ImageId));

    /// <summary>Neighbours that should be compared and have not been, nearest first.</summary>
    public IEnumerable<string> Uncompared => _neighbors.Take(plan.RerankDepth).Select(neighbor => neighbor.ImageId).Where(id => !_verifications.ContainsKey(id));

    /// <summary>Puts other neighbours in their place. What was found out about them before stays.</summary>
    public void Replace(IReadOnlyList<Neighbor> neighbors) => _neighbors = neighbors;

    public void Compared(string imageId, Verification verification) => _verifications[imageId] = verification;

    /// <summary>All of them, best first, without those that have fewer effective inliers than asked for.</summary>
    public IReadOnlyList<Hit> Ranked(uint minEffectiveInliers)
    {
        var candidates = _neighbors.Select(neighbor => new Candidate(neighbor.ImageId, neighbor.Similarity, Counts(neighbor))).ToList();
        return
        [
            .. rule.Order(candidates)
                .Where(ranked => minEffectiveInliers == 0 || candidates[ranked.Index].Inliers?.Effective >= minEffectiveInliers)
                .Select(ranked => HitOf(_neighbors[ranked.Index], ranked.Score)),
        ];
    }

    private Hit HitOf(Neighbor neighbor, float score) => new()
    {
        ImageId = neighbor.ImageId,
        Score = score,
        Similarity = neighbor.Similarity,
        Verification = _verifications.GetValueOrDefault(neighbor.ImageId),
        Metadata = neighbor.Metadata,
        ImageSize = neighbor.ImageSize,
    };

    private InlierCounts? Counts(Neighbor neighbor) =>
        _verifications.TryGetValue(neighbor.ImageId, out var known) ? new InlierCounts((int)known.Inliers, (int)known.EffectiveInliers) : null;
}
