using Delg.Contracts.Errors;
using Delg.Gateway.Searching;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Tests;

/// <summary>What a search can be asked for beyond its hits.</summary>
public class SearchOptionsTests
{
    private static readonly ByteString _query = ByteString.CopyFrom(0);

    [Fact]
    public async Task Filter_OfSearchAndList_ReachesTheIndex()
    {
        await using var gateway = await StartAsync();

        await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, Filter = "year > 1990" });
        await gateway.Client.ListImagesAsync(new ListImagesRequest { Filter = "near" });

        Assert.Equal("year > 1990", gateway.Backends.Index.Searches.Single().Filter);
        Assert.Equal("near", gateway.Backends.Index.Lists.Single().Filter);
    }

    [Fact]
    public void Expansion_OfQuery_IsTheWeightedSum()
    {
        var query = new GlobalDescriptor { ModelId = "m", Values = { 1, 0 } };
        var hit = new GlobalDescriptor { ModelId = "m", Values = { 0.6f, 0.8f } };

        var cubed = ExpandedQuery.Of(query, [(hit, 0.6f)], 3);
        var plain = ExpandedQuery.Of(query, [(hit, 0.6f)], 0);
        var against = ExpandedQuery.Of(query, [(hit, -0.6f)], 3);

        // 1 + 0.216 × 0.6 and 0.216 × 0.8, by hand.
        var norm = Math.Sqrt((1.1296 * 1.1296) + (0.1728 * 0.1728));
        Assert.Equal(1.1296 / norm, cubed.Values[0], 5);
        Assert.Equal(0.1728 / norm, cubed.Values[1], 5);
        Assert.Equal(0.8 / Math.Sqrt((1.6 * 1.6) + (0.8 * 0.8)), plain.Values[1], 5);
        Assert.Equal([1f, 0f], against.Values);
    }

    [Fact]
    public async Task Expansion_WithVerifiedHits_SearchesAgainAndComparesOnlyWhatIsNew()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Verifier.Inliers["near"] = (60, 30);
        gateway.Backends.Verifier.Inliers["far"] = (3, 2);

        var plain = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, RerankDepth = 2, TopK = 2 });
        gateway.Backends.Verifier.Verifications.Clear();
        var expanded = await gateway.Client.SearchImagesAsync(
            new SearchImagesRequest { Image = _query, RerankDepth = 2, TopK = 2, Expansion = new QueryExpansion { Alpha = 0 }, IncludeTimings = true });

        Assert.Equal(["near", "other"], plain.Hits.Select(hit => hit.ImageId));
        Assert.Empty(plain.ExpansionImageIds);
        Assert.Equal(["near", "far"], expanded.Hits.Select(hit => hit.ImageId));
        Assert.Equal(["near"], expanded.ExpansionImageIds);
        Assert.Equal([["near", "other"], ["far"]], gateway.Backends.Verifier.Verifications.Select(v => v.Candidates.Select(c => c.ImageId)));
        Assert.True(expanded.Timings.ExpandMs > 0);
    }

    [Fact]
    public async Task Expansion_WithoutVerifiedHits_ChangesNothing()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Verifier.Inliers["near"] = (60, 11);

        var answer = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, Expansion = new QueryExpansion() });

        Assert.Empty(answer.ExpansionImageIds);
        Assert.Single(gateway.Backends.Index.Searches);
    }

    [Fact]
    public async Task Duplicates_ThatVerify_AreFoldedUnderTheBetterHit()
    {
        await using var gateway = await StartAsync();
        gateway.AddImage("near-copy", 0.9f, 0.435f);
        gateway.AddImage("near-other-place", 0.9f, 0.44f);
        gateway.Backends.Verifier.Alike.Add(("near", "near-copy"));

        var answer = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, TopK = 3, HideDuplicates = new HideDuplicates { MinSimilarity = 0.99f } });
        var loose = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, TopK = 1, HideDuplicates = new HideDuplicates { MinSimilarity = 1 } });

        Assert.Equal(["near", "near-other-place", "other"], answer.Hits.Select(hit => hit.ImageId));
        Assert.Equal(["near-copy"], answer.Hits[0].DuplicateImageIds);
        Assert.Empty(answer.Hits[1].DuplicateImageIds);
        Assert.Empty(loose.Hits[0].DuplicateImageIds);
    }

    [Fact]
    public async Task Duplicates_OfMoreHitsThanACallTakes_AreReadAndComparedInSeveral()
    {
        await using var gateway = await StartAsync(("EntriesPerCall", "2"), ("CandidatesPerCall", "1"));
        gateway.AddImage("near-copy", 0.9f, 0.435f);
        gateway.AddImage("near-other-place", 0.9f, 0.44f);
        gateway.Backends.Verifier.Alike.Add(("near", "near-copy"));

        var answer = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, TopK = 3, HideDuplicates = new HideDuplicates { MinSimilarity = 0.99f } });

        Assert.Equal(["near", "near-other-place", "other"], answer.Hits.Select(hit => hit.ImageId));
        Assert.Equal(["near-copy"], answer.Hits[0].DuplicateImageIds);
        Assert.Equal([2, 2, 1], gateway.Backends.Index.Reads);
        Assert.All(gateway.Backends.Verifier.Verifications, verification => Assert.Single(verification.Candidates));
    }

    [Fact]
    public async Task Search_WhereTheVerifierTakesFewerCandidates_NamesTheOption()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Verifier.Before = (request, _) => throw new DelgException(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, "candidates: 3 is outside 1 to 2.")
        {
            Violations = [new FieldViolation("candidates", "3 is outside 1 to 2.")],
        }.ToRpcException();

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query }));

        Assert.Equal((StatusCode.Internal, ErrorReason.Internal), (failure.Code, failure.Reason));
        Assert.Contains("Gateway:CandidatesPerCall", failure.Message, StringComparison.Ordinal);
        Assert.Contains("outside 1 to 2", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Duplicates_BestHitDamagedOrGone_StaysUnfoldedAndTheOthersAreFolded(bool isDamaged)
    {
        await using var gateway = await StartAsync();
        gateway.AddImage("near-copy", 0.9f, 0.435f);
        gateway.AddImage("near-other-copy", 0.9f, 0.44f);
        var verifier = gateway.Backends.Verifier;
        verifier.Alike.UnionWith([("near", "near-copy"), ("near-copy", "near-other-copy")]);
        if (isDamaged)
            verifier.Damaged.Add("near");
        else
            verifier.Stored.TryRemove(("default", "near"), out _);

        var answer = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, TopK = 3, HideDuplicates = new HideDuplicates { MinSimilarity = 0.99f } });

        Assert.Equal(["near", "near-copy", "other"], answer.Hits.Select(hit => hit.ImageId));
        Assert.Empty(answer.Hits[0].DuplicateImageIds);
        Assert.Equal(["near-other-copy"], answer.Hits[1].DuplicateImageIds);
    }

    [Theory]
    [InlineData(ExplainLevel.None, 7u, 0u, 0)]
    [InlineData(ExplainLevel.Summary, 7u, 0u, 6)]
    [InlineData(ExplainLevel.Matches, 7u, 7u, 6)]
    [InlineData(ExplainLevel.Matches, 0u, 100u, 6)]
    [InlineData(ExplainLevel.Unspecified, 7u, 7u, 6)]
    [InlineData(ExplainLevel.Unspecified, 0u, 0u, 6)]
    public async Task Explain_Level_DecidesWhatIsAskedForAndSent(ExplainLevel level, uint wanted, uint askedFor, int affine)
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Verifier.Inliers["near"] = (60, 30);

        var answer = await gateway.Client.SearchImagesAsync(
            new SearchImagesRequest
            {
                Image = _query,
                Explain = level,
                Verification = new VerificationOptions { MaxExplainedMatches = wanted, Model = GeometricModel.Homography },
            });

        Assert.Equal(askedFor, gateway.Backends.Verifier.Verifications.Single().Options.MaxExplainedMatches);
        Assert.Equal(affine, answer.Hits[0].Verification.Affine.Count);
        Assert.Equal(affine == 0 ? 0 : 9, answer.Hits[0].Verification.Homography.Count);
        Assert.Equal(60u, answer.Hits[0].Verification.Inliers);
    }

    [Fact]
    public async Task Partial_WhenVerificationIsLate_AnswersWhatIsKnown()
    {
        // The budget is for all before the comparison that hangs, on a busy machine.
        await using var gateway = await StartAsync(("PartialBatchCandidates", "1"));
        gateway.Backends.Verifier.Inliers["near"] = (60, 30);
        gateway.Backends.Verifier.Before = (request, context) => request.Candidates[0].ImageId == "near" ? Task.CompletedTask : Task.Delay(Timeout.Infinite, context.CancellationToken);

        var answer = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, AllowPartial = true, TimeBudgetMs = 5000 });

        Assert.True(answer.Partial);
        Assert.Equal((3, 1), (answer.CandidateCount, answer.ComparedCount));
        Assert.Equal(["near", "other", "far"], answer.Hits.Select(hit => hit.ImageId));
        Assert.NotNull(answer.Hits[0].Verification);
        Assert.Null(answer.Hits[1].Verification);
    }

    [Fact]
    public async Task Partial_ByTheCallsDeadline_IsAnsweredBeforeIt()
    {
        // Half of the ten seconds for what goes before the comparison, half for the answer: a busy machine needs a part of either.
        await using var gateway = await StartAsync(("PartialReserveMs", "5000"));
        gateway.Backends.Verifier.Before = (_, context) => Task.Delay(Timeout.Infinite, context.CancellationToken);

        var answer = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, AllowPartial = true }, deadline: DateTime.UtcNow.AddSeconds(10));

        Assert.True(answer.Partial);
        Assert.Equal(3, answer.Hits.Count);
    }

    [Fact]
    public async Task Partial_NotAskedFor_IsDeadlineExceeded()
    {
        await using var gateway = await StartAsync(("VerifyTimeoutSeconds", "0.2"));
        gateway.Backends.Verifier.Before = (_, context) => Task.Delay(Timeout.Infinite, context.CancellationToken);

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query }));

        Assert.Equal((StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task Partial_WhenAllIsDone_IsFalse()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Verifier.Inliers["near"] = (60, 30);

        var answer = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, AllowPartial = true });

        Assert.False(answer.Partial);
    }

    [Fact]
    public async Task Region_OfIndexedImage_KeepsTheFeaturesInside()
    {
        await using var gateway = await StartAsync();
        var stored = gateway.Backends.Verifier.Stored[("default", "near")] = new LocalFeatures
        {
            ModelId = "fake@000000000000",
            ImageSize = new ImageSize { Width = 100, Height = 80 },
            Encoding = DescriptorEncoding.Int8,
            Int8Scale = 0.5f,
            Dim = 2,
            Positions = { 5, 5, 50, 40, 60, 70 },
            Scales = { 1, 2, 3 },
            Scores = { 9, 8, 7 },
            Descriptors = ByteString.CopyFrom(1, 2, 3, 4, 5, 6),
        };

        var answer = await gateway.Client.SearchImagesAsync(
            new SearchImagesRequest { ImageId = "near", Region = new Region { Left = 40, Top = 30, Right = 1000, Bottom = 1000 } });

        Assert.True(answer.GlobalOfWholeImage);
        var asked = gateway.Backends.Verifier.Verifications.Single().Query;
        Assert.Equal([50f, 40f, 60f, 70f], asked.Positions);
        Assert.Equal([2f, 3f], asked.Scales);
        Assert.Equal([8f, 7f], asked.Scores);
        Assert.Equal(new byte[] { 3, 4, 5, 6 }, asked.Descriptors);
        Assert.Equal((stored.Dim, stored.Int8Scale, stored.Encoding), (asked.Dim, asked.Int8Scale, asked.Encoding));
    }

    [Theory]
    [InlineData(95, 0, 200, 80)]
    [InlineData(50, 50, 40, 60)]
    [InlineData(float.NaN, 0, 50, 50)]
    public async Task Region_ThatLeavesNothingOfIndexedImage_IsRefused(float left, float top, float right, float bottom)
    {
        await using var gateway = await StartAsync();

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(
            new SearchImagesRequest { ImageId = "near", Region = new Region { Left = left, Top = top, Right = right, Bottom = bottom } }));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.RegionInvalid), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task Options_WithMistakes_AreAllNamed()
    {
        await using var gateway = await StartAsync();
        var request = new SearchImagesRequest
        {
            ImageId = "near",
            RerankDepth = 0,
            Explain = (ExplainLevel)9,
            Expansion = new QueryExpansion { Count = 101, Alpha = 11 },
            HideDuplicates = new HideDuplicates { MinSimilarity = 2 },
            TimeBudgetMs = 5,
            Region = new Region(),
        };

        var failure = await Failures.OfAsync(gateway.Client.SearchImagesAsync(request));

        Assert.Equal(
            ["explain", "expansion", "expansion.count", "expansion.alpha", "hide_duplicates.min_similarity", "time_budget_ms", "region"],
            failure.Violations.Select(v => v.Field));
    }

    [Fact]
    public async Task Verification_WithMistakes_IsRefusedInTheRequestsOwnWordsBeforeAnyServiceIsAsked()
    {
        await using var gateway = await StartAsync();
        var wrong = new VerificationOptions { MaxTrials = 100_001, Plausibility = new PlausibilityBounds { MaxScale = 0.5f } };

        var search = await Failures.OfAsync(gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = _query, Verification = wrong }));
        var match = await Failures.OfAsync(gateway.Client.MatchImagesAsync(new MatchImagesRequest { Query = _query, Candidate = _query, Options = wrong }));
        using var call = gateway.Client.FindDuplicates(new FindDuplicatesRequest { Verification = wrong });
        var duplicates = (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext())).ToDelgException();

        Assert.Equal(["verification.max_trials", "verification.plausibility.max_scale"], search.Violations.Select(violation => violation.Field));
        Assert.Equal(["options.max_trials", "options.plausibility.max_scale"], match.Violations.Select(violation => violation.Field));
        Assert.Equal(search.Violations, duplicates.Violations);
        Assert.Empty(gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task MatchImages_OfIndexedOnes_ReadsWhatIsStored()
    {
        await using var gateway = await StartAsync();

        var both = await gateway.Client.MatchImagesAsync(new MatchImagesRequest { QueryImageId = "near", CandidateImageId = "far" });
        var one = await gateway.Client.MatchImagesAsync(new MatchImagesRequest { Query = _query, CandidateImageId = "near" });

        Assert.Equal(0.694f, both.Similarity, 0.001f);
        Assert.Equal(0.9f, one.Similarity, 0.02f);
        Assert.Equal((640u, 100u), (one.QuerySize.Width, one.CandidateSize.Width));
        Assert.Single(gateway.Backends.Extractor.Requests);
        Assert.Equal(gateway.Backends.Verifier.Stored[("default", "far")], gateway.Backends.Verifier.Matches.First().Candidate);
    }

    [Fact]
    public async Task MatchImages_OfMissingOrDoubleSides_IsRefused()
    {
        await using var gateway = await StartAsync();

        var missing = await Failures.OfAsync(gateway.Client.MatchImagesAsync(new MatchImagesRequest { Query = _query, CandidateImageId = "nobody" }));
        var twice = await Failures.OfAsync(gateway.Client.MatchImagesAsync(new MatchImagesRequest { Query = _query, QueryImageId = "near", CandidateImageId = "far" }));

        Assert.Equal(ErrorReason.ImageNotFound, missing.Reason);
        Assert.Equal("query", twice.Violations.Single().Field);
    }

    /// <summary>The query looks along the first axis: near is beside it, other a little further off, far across it but near to near.</summary>
    private static async Task<GatewayHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var gateway = await GatewayHost.StartAsync(settings);
        gateway.AddImage("near", 0.9f, 0.43f);
        gateway.AddImage("other", 0.4f, 0, 0.9f);
        gateway.AddImage("far", 0.3f, 0.9f);
        gateway.SearchByVectors();
        return gateway;
    }
}
