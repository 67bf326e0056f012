using System.Numerics.Tensors;
using Delg.Gateway.Searching;
using Delg.V1;

namespace Delg.Gateway.Duplicates;

/// <summary>
/// Folds hits that duplicate a better one under it: those whose global descriptors are alike are compared with each other, and what verifies
/// goes. Worked out for as many hits as are asked for, best first.
/// </summary>
internal sealed class DuplicateFolding(GlobalDescriptors descriptors, Comparisons comparisons)
{
    /// <summary>The hits that stay, at most as many as the plan asks for, each with the ids of those under it.</summary>
    /// <param name="hits">All hits, best first.</param>
    /// <param name="plan">How alike, how many, how to verify.</param>
    /// <param name="budget">Stops it when time is up: what has not been looked at then stays.</param>
    public async Task<IReadOnlyList<Hit>> FoldAsync(IReadOnlyList<Hit> hits, SearchPlan plan, TimeBudget budget)
    {
        var vectors = new Dictionary<string, float[]>();
        await budget.TryAsync(async caller =>
        {
            foreach (var (id, descriptor) in await descriptors.OfAsync(plan.Collection, hits.Select(hit => hit.ImageId), caller))
                vectors[id] = [.. descriptor.Values];
        });
        // What a pair matches in is of no interest here.
        var verification = new VerificationOptions(plan.Verification) { MaxExplainedMatches = 0 };
        var left = hits.ToList();
        var kept = new List<Hit>();
        while (left.Count > 0 && kept.Count < plan.TopK)
        {
            var best = left[0];
            left.RemoveAt(0);
            kept.Add(best);
            var alike = left.Where(other => AreAlike(vectors, best, other, plan.DuplicateSimilarity!.Value)).ToList();
            if (alike.Count == 0)
                continue;
            await budget.TryAsync(async caller =>
            {
                // A hit that was removed meanwhile, or is damaged, folds nothing: the others are an answer all the same.
                var results = await comparisons.TryCompareAsync(plan.Collection, best.ImageId, [.. alike.Select(other => other.ImageId)], verification, caller);
                foreach (var folded in alike.Where((_, i) => results?[i]?.Verified == true))
                {
                    best.DuplicateImageIds.Add(folded.ImageId);
                    left.Remove(folded);
                }
            });
        }

        return kept;
    }

    private static bool AreAlike(Dictionary<string, float[]> vectors, Hit a, Hit b, float similarity) =>
        vectors.TryGetValue(a.ImageId, out var first) && vectors.TryGetValue(b.ImageId, out var second) && TensorPrimitives.CosineSimilarity<float>(first, second) >= similarity;
}
