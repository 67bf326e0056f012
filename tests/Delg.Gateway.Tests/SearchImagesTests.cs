using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Tests;

public class SearchImagesTests
{
    [Fact]
    public async Task SearchImages_ByImage_RanksByFusedScore()
    {
        await using var gateway = await StartAsync();

        var response = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = Query, IncludeTimings = true });

        Assert.Equal(V1.Ranking.Fused, response.Ranking);
        Assert.Equal(["c", "a", "b", "d"], response.Hits.Select(h => h.ImageId));
        Assert.Equal(0.7f + 0.5f, response.Hits[0].Score, 5);
        Assert.Equal(0.7f, response.Hits[0].Similarity, 5);
        Assert.Equal(50u, response.Hits[0].Verification.EffectiveInliers);
        Assert.Null(response.Hits[3].Verification);
        Assert.Equal(4, response.CandidateCount);
        Assert.True(response.Timings.TotalMs >= response.Timings.SearchMs);
        Assert.Equal(100, gateway.Backends.Index.Searches.Single().TopK);
    }

    [Fact]
    public async Task SearchImages_Published_RanksByInliersWithThePublishedPreset()
    {
        await using var gateway = await StartAsync();

        var response = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = Query, Ranking = V1.Ranking.Published });

        Assert.Equal(["b", "c", "a", "d"], response.Hits.Select(h => h.ImageId));
        Assert.Equal([90f, 60f, 2f, 0f], response.Hits.Select(h => h.Score));
        Assert.Equal(VerificationPreset.Published, gateway.Backends.Verifier.Verifications.Single().Options.Preset);
    }

    [Fact]
    public async Task SearchImages_DepthZero_ExtractsGlobalOnlyAndDoesNotVerify()
    {
        await using var gateway = await StartAsync();

        var response = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = Query, RerankDepth = 0, TopK = 2 });

        Assert.Equal(["a", "b"], response.Hits.Select(h => h.ImageId));
        Assert.Equal(FeatureSelection.Global, gateway.Backends.Extractor.Requests.Single().Features);
        Assert.Empty(gateway.Backends.Verifier.Verifications);
        Assert.Equal(2, gateway.Backends.Index.Searches.Single().TopK);
    }

    [Fact]
    public async Task SearchImages_DepthBelowTopK_VerifiesOnlyTheFirst()
    {
        await using var gateway = await StartAsync();

        var response = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = Query, RerankDepth = 1, TopK = 4 });

        Assert.Equal(["a"], gateway.Backends.Verifier.Verifications.Single().Candidates.Select(c => c.ImageId));
        Assert.Equal(["a", "b", "c", "d"], response.Hits.Select(h => h.ImageId));
        Assert.Equal(["a"], response.Hits.Where(h => h.Verification is not null).Select(h => h.ImageId));
    }

    [Fact]
    public async Task SearchImages_Region_ReachesTheExtractor()
    {
        await using var gateway = await StartAsync();
        var region = new Region { Left = 1, Top = 2, Right = 30, Bottom = 40 };

        await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = Query, Region = region });

        Assert.Equal(region, gateway.Backends.Extractor.Requests.Single().Region);
    }

    [Fact]
    public async Task SearchImages_ByImageId_ReadsItsDescriptorsAndLeavesItOut()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Index.Entries[("default", "q")] = new GlobalEntry { ImageId = "q", Descriptor_ = gateway.Backends.Extractor.Descriptor(3) };
        gateway.Backends.Verifier.Stored[("default", "q")] = gateway.Backends.Extractor.Features(new ImageSize { Width = 9, Height = 9 });

        var response = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { ImageId = "q" });

        Assert.Equal(4, response.Hits.Count);
        Assert.Equal(["GetEntries", "GetFeatures", "SearchEntries", "VerifyCandidates"], gateway.Backends.Journal.Methods);
        Assert.Equal(["q"], gateway.Backends.Index.Searches.Single().ExcludeImageIds);
    }

    [Fact]
    public async Task SearchImages_ByUnknownImageId_IsNotFound()
    {
        await using var gateway = await StartAsync();

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(new SearchImagesRequest { ImageId = "nobody" }));

        Assert.Equal((StatusCode.NotFound, ErrorReason.ImageNotFound), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task SearchImages_ByFeatures_NeedsNoExtraction()
    {
        await using var gateway = await StartAsync();
        var extractor = gateway.Backends.Extractor;
        var features = new QueryFeatures { Global = extractor.Descriptor(1), Local = extractor.Features(new ImageSize { Width = 9, Height = 9 }) };

        await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Features = features });

        Assert.Equal(["SearchEntries", "VerifyCandidates"], gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task SearchImages_MinEffectiveInliers_LeavesOutWhatHasFewer()
    {
        await using var gateway = await StartAsync();

        var response = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = Query, MinEffectiveInliers = 2 });

        Assert.Equal(["c", "b"], response.Hits.Select(h => h.ImageId));
    }

    [Fact]
    public async Task SearchImages_MinSimilarity_ReachesTheIndex()
    {
        await using var gateway = await StartAsync();

        await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = Query, MinSimilarity = 0.25f });

        Assert.Equal(0.25f, gateway.Backends.Index.Searches.Single().MinSimilarity);
    }

    [Fact]
    public async Task SearchImages_SeveralMistakes_AreReportedTogether()
    {
        await using var gateway = await StartAsync();
        var request = new SearchImagesRequest
        {
            Collection = "-",
            TopK = 1001,
            RerankDepth = -1,
            MinSimilarity = 2,
            MinEffectiveInliers = 1,
            Region = new Region(),
        };

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(request));

        Assert.Equal(
            ["collection", "top_k", "rerank_depth", "min_similarity", "min_effective_inliers", "region", "query"],
            failure.Violations.Select(v => v.Field));
    }

    [Fact]
    public async Task SearchImages_FeaturesWithoutLocal_AreRefusedUnlessDepthIsZero()
    {
        await using var gateway = await StartAsync();
        var features = new QueryFeatures { Global = gateway.Backends.Extractor.Descriptor(1) };

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(new SearchImagesRequest { Features = features }));
        var response = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Features = features, RerankDepth = 0 });

        Assert.Equal("features.local", failure.Violations.Single().Field);
        Assert.Equal(4, response.Hits.Count);
    }

    [Fact]
    public async Task MatchImages_TwoImages_AnswersSimilarityAndVerification()
    {
        await using var gateway = await StartAsync();

        var same = await gateway.Client.MatchImagesAsync(new MatchImagesRequest { Query = Query, Candidate = Query });
        var other = await gateway.Client.MatchImagesAsync(new MatchImagesRequest { Query = Query, Candidate = ByteString.CopyFrom(2) });

        Assert.Equal((1f, 0f), (same.Similarity, other.Similarity));
        Assert.Equal(7u, same.Verification.Inliers);
        Assert.Equal(640u, same.QuerySize.Width);
    }

    private static ByteString Query { get; } = ByteString.CopyFrom(1);

    /// <summary>Four neighbours: the best is weak, the third is strong, the last is not stored at the verifier.</summary>
    private static async Task<GatewayHost> StartAsync()
    {
        // With both set, no search asks the extractor how its weights would have it.
        var gateway = await GatewayHost.StartAsync(("FusionWeight", "0.5"), ("FusionCap", "40"));
        gateway.Backends.Index.Collections["default"] = new Collection { Name = "default" };
        gateway.Backends.Index.Neighbors.AddRange(
        [
            new Neighbor { ImageId = "a", Similarity = 0.9f },
            new Neighbor { ImageId = "b", Similarity = 0.8f },
            new Neighbor { ImageId = "c", Similarity = 0.7f },
            new Neighbor { ImageId = "d", Similarity = 0.6f },
        ]);
        gateway.Backends.Verifier.Inliers["a"] = (2, 1);
        gateway.Backends.Verifier.Inliers["b"] = (90, 4);
        gateway.Backends.Verifier.Inliers["c"] = (60, 50);
        return gateway;
    }
}
