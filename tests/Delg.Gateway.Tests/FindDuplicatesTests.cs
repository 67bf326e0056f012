using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Grpc.Core;

namespace Delg.Gateway.Tests;

public class FindDuplicatesTests
{
    [Fact]
    public async Task FindDuplicates_OfManyPages_FindsEachVerifiedPairOnce()
    {
        await using var gateway = await GatewayHost.StartAsync();
        // 100 pairs along 100 directions; the second of every tenth pair looks alike but does not verify.
        for (var i = 0; i < 100; i++)
        {
            foreach (var side in new[] { "a", "b" })
                gateway.AddImage($"{i:000}{side}", MathF.Cos(i * 0.06f), MathF.Sin(i * 0.06f));
            if (i % 10 != 0)
                gateway.Backends.Verifier.Alike.Add(($"{i:000}a", $"{i:000}b"));
            gateway.Backends.Verifier.Inliers[$"{i:000}b"] = (3, 2);
        }

        gateway.SearchByVectors();

        var (pairs, summary) = await FindAsync(gateway, new FindDuplicatesRequest { MinSimilarity = 0.9999f });

        Assert.Equal(Enumerable.Range(0, 100).Where(i => i % 10 != 0).Select(i => ($"{i:000}a", $"{i:000}b")), pairs.Select(pair => (pair.ImageId, pair.OtherImageId)));
        Assert.All(pairs, pair => Assert.Equal((1f, 40u), (MathF.Round(pair.Similarity, 3), pair.Verification.EffectiveInliers)));
        Assert.Equal((200, 90, false), (summary.ImageCount, summary.PairCount, summary.Truncated));
        Assert.True(gateway.Backends.Index.Lists.Count > 1);
        Assert.Equal(gateway.Backends.Index.Lists.Count, gateway.Backends.Index.Searches.Count);
        Assert.Equal(100, gateway.Backends.Verifier.Verifications.Count);
    }

    [Fact]
    public async Task FindDuplicates_WithoutVerification_GoesBySimilarityAndFilter()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.AddImage("x/1", 1);
        gateway.AddImage("x/2", 1, 0.1f);
        gateway.AddImage("y/1", 0, 1);
        gateway.SearchByVectors();

        var (pairs, summary) = await FindAsync(gateway, new FindDuplicatesRequest { SkipVerification = true, Filter = "x/", Neighbors = 1 });

        Assert.Equal(("x/1", "x/2"), (pairs.Single().ImageId, pairs.Single().OtherImageId));
        Assert.Null(pairs.Single().Verification);
        Assert.Equal(2, summary.ImageCount);
        Assert.Empty(gateway.Backends.Verifier.Verifications);
        Assert.Equal(("x/", 2, 0.8f), (gateway.Backends.Index.Searches.Single().Filter, gateway.Backends.Index.Searches.Single().TopK, gateway.Backends.Index.Searches.Single().MinSimilarity));
    }

    [Fact]
    public async Task FindDuplicates_ImagesDamagedOrGone_AreSkippedAndCounted()
    {
        await using var gateway = await GatewayHost.StartAsync();
        foreach (var id in (string[])["a-damaged", "b", "c", "d-damaged", "e-gone"])
            gateway.AddImage(id, 1);
        gateway.SearchByVectors();
        var verifier = gateway.Backends.Verifier;
        verifier.Alike.UnionWith(from a in verifier.Stored.Keys from b in verifier.Stored.Keys select (a.Id, b.Id));
        verifier.Damaged.UnionWith(["a-damaged", "d-damaged"]);
        verifier.Stored.TryRemove(("default", "e-gone"), out _);
        // What is not stored verifies with nothing.
        verifier.Alike.RemoveWhere(pair => pair.Query == "e-gone" || pair.Candidate == "e-gone");

        var (pairs, summary) = await FindAsync(gateway, new FindDuplicatesRequest());

        Assert.Equal(("b", "c"), Assert.Single(pairs.Select(pair => (pair.ImageId, pair.OtherImageId))));
        Assert.Equal((5, 1, 3), (summary.ImageCount, summary.PairCount, summary.SkippedCount));
    }

    [Fact]
    public async Task FindDuplicates_BeyondMaxPairs_EndsAndSaysSo()
    {
        await using var gateway = await GatewayHost.StartAsync();
        for (var i = 0; i < 6; i++)
            gateway.AddImage($"{i}", 1);
        gateway.SearchByVectors();

        var (pairs, summary) = await FindAsync(gateway, new FindDuplicatesRequest { SkipVerification = true, MaxPairs = 7 });
        var (all, whole) = await FindAsync(gateway, new FindDuplicatesRequest { SkipVerification = true, MaxPairs = 15 });

        Assert.Equal((7, true), (pairs.Count, summary.Truncated));
        Assert.Equal((15, false), (all.Count, whole.Truncated));
    }

    [Fact]
    public async Task FindDuplicates_Mistakes_AreNamed()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => FindAsync(gateway, new FindDuplicatesRequest { MinSimilarity = -2, Neighbors = 101, MaxPairs = -1 }));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.All(["min_similarity", "neighbors", "max_pairs"], field => Assert.Contains(field, failure.Status.Detail, StringComparison.Ordinal));
    }

    private static async Task<(List<DuplicatePair> Pairs, DuplicateSummary Summary)> FindAsync(GatewayHost gateway, FindDuplicatesRequest request)
    {
        using var call = gateway.Client.FindDuplicates(request);
        var found = new List<FindDuplicatesResponse>();
        await foreach (var message in call.ResponseStream.ReadAllAsync())
            found.Add(message);
        Assert.Equal(FindDuplicatesResponse.EventOneofCase.Summary, found[^1].EventCase);
        return ([.. found.SkipLast(1).Select(message => message.Pair)], found[^1].Summary);
    }
}
