using Delg.LocalVerifier.Matching;
using Delg.V1;

namespace Delg.LocalVerifier.Tests;

/// <summary>1,000 pairs of images that show nothing in common, 1,000 features each: what chance alone reaches.</summary>
public class RandomPairsTests
{
    private const int Pairs = 1000;

    // 45 images make 990 pairs, 46 make 1,035.
    private const int Images = 46;

    [Fact]
    public void Verify_UnrelatedDescriptors_ReachNoInliers()
    {
        var outcomes = Outcomes(common: 0);
        Report(outcomes);
        Assert.All(outcomes, outcome => Assert.InRange(outcome.Inliers, 0, 7));
    }

    [Fact]
    public void Verify_DescriptorsThatLookAlike_StayBelowTheDefaultOfVerified()
    {
        // Half of every descriptor is common to all, so the distance limit lets everything through: only geometry can tell.
        var outcomes = Outcomes(common: 0.5f);
        Report(outcomes);
        Assert.All(outcomes, outcome => Assert.True(outcome.Putative > 100));
        Assert.All(outcomes, outcome => Assert.False(outcome.Verified));
        Assert.InRange(outcomes.Count(outcome => outcome.EffectiveInliers >= 8), 0, Pairs / 100);
    }

    private static PairVerification[] Outcomes(float common)
    {
        FeatureSet[] images = [.. Enumerable.Range(0, Images).Select(seed => SyntheticPair.Create(1000, 0, seed, DescriptorEncoding.Int8, common: common).Query)];
        var pairs = (from i in Enumerable.Range(0, Images) from j in Enumerable.Range(0, i) select (i, j)).Take(Pairs).ToArray();
        var outcomes = new PairVerification[Pairs];
        var verifier = new PairVerifier();
        Parallel.For(0, Pairs, p => outcomes[p] = verifier.Verify(images[pairs[p].i], images[pairs[p].j], VerificationSettings.Fused, TestContext.Current.CancellationToken));
        return outcomes;
    }

    private static void Report(PairVerification[] outcomes)
    {
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine(Distribution("putative", outcomes.Select(outcome => outcome.Putative)));
        output?.WriteLine(Distribution("inliers", outcomes.Select(outcome => outcome.Inliers)));
        output?.WriteLine(Distribution("effective inliers", outcomes.Select(outcome => outcome.EffectiveInliers)));
    }

    private static string Distribution(string name, IEnumerable<int> values)
    {
        var sorted = values.Order().ToList();
        return $"{name}: median {sorted[sorted.Count / 2]}, 95 % {sorted[sorted.Count * 95 / 100]}, 99 % {sorted[sorted.Count * 99 / 100]}, " +
            $"most {sorted[^1]}, from 8 on {sorted.Count(value => value >= 8)} of {sorted.Count} pairs";
    }
}
