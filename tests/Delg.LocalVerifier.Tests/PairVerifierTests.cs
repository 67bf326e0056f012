using Delg.Contracts.Descriptors;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Tests.Matching;
using Delg.V1;

namespace Delg.LocalVerifier.Tests;

public class PairVerifierTests
{
    private readonly PairVerifier _verifier = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DescriptorEncoding, int> KnownPairs()
    {
        var pairs = new TheoryData<DescriptorEncoding, int>();
        foreach (var encoding in new[] { DescriptorEncoding.Float32, DescriptorEncoding.Int8, DescriptorEncoding.Binary })
        {
            foreach (var trueMatches in new[] { 300, 30, 10 })
                pairs.Add(encoding, trueMatches);
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(KnownPairs))]
    public void Verify_KnownAffine_RecoversInliersAndMap(DescriptorEncoding encoding, int trueMatches)
    {
        var pair = SyntheticPair.Create(1000, trueMatches, seed: 5, encoding);
        var outcome = _verifier.Verify(pair.Query, pair.Candidate, VerificationSettings.Fused, Cancellation);
        Assert.InRange(outcome.Inliers, 0.98 * trueMatches, 1.02 * trueMatches);
        Assert.NotNull(outcome.Affine);
        Assert.InRange(pair.CornerError(outcome.Affine.Value), 0, 3);
        Assert.Equal(trueMatches > VerificationSettings.DefaultMinEffectiveInliers, outcome.Verified);
    }

    [Fact]
    public void Verify_LargeOriginals_JudgesThemAsSmallerCopies()
    {
        var small = SyntheticPair.Create(400, 100, seed: 8, noisePx: 6);
        var large = SyntheticPair.Create(400, 100, seed: 8, noisePx: 24, side: 4096);
        var expected = _verifier.Verify(small.Query, small.Candidate, VerificationSettings.Fused, Cancellation);
        var actual = _verifier.Verify(large.Query, large.Candidate, VerificationSettings.Fused, Cancellation);
        Assert.Equal(expected.Inliers, actual.Inliers);
        Assert.Equal(expected.EffectiveInliers, actual.EffectiveInliers);
        Assert.InRange(actual.Inliers, 98, 102);
        Assert.InRange(large.CornerError(actual.Affine!.Value), 0, 40);
        Assert.True(_verifier.Verify(large.Query, large.Candidate, VerificationSettings.Published, Cancellation).Inliers < 60);
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Int8)]
    [InlineData(DescriptorEncoding.Binary)]
    public void Verify_EveryInstructionPath_GivesTheSameOutcome(DescriptorEncoding encoding)
    {
        var pair = SyntheticPair.Create(500, 40, seed: 4, encoding, common: 0.5f);
        var settings = VerificationSettings.Fused with { MaxExplainedMatches = 50 };
        var messages = PutativeMatchesTests.SupportedPaths()
            .Select(path => new PairVerifier(path).Verify(pair.Query, pair.Candidate, settings, Cancellation).ToMessage())
            .ToList();
        Assert.All(messages, message => Assert.Equal(messages[0], message));
    }

    [Fact]
    public void Verify_SameSeedOnManyThreads_GivesOneAnswer()
    {
        var pair = SyntheticPair.Create(600, 20, seed: 6, common: 0.5f);
        var outcomes = new Verification[32];
        Parallel.For(0, outcomes.Length, i => outcomes[i] = _verifier.Verify(pair.Query, pair.Candidate, VerificationSettings.Fused, Cancellation).ToMessage());
        Assert.All(outcomes, outcome => Assert.Equal(outcomes[0], outcome));
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Int8)]
    [InlineData(DescriptorEncoding.Binary)]
    public void Verify_Cancelled_StopsInTheMiddleOfAPair(DescriptorEncoding encoding)
    {
        var pair = SyntheticPair.Create(300, 100, seed: 2, encoding);
        var cancelled = new CancellationToken(canceled: true);
        foreach (var path in PutativeMatchesTests.SupportedPaths())
            Assert.Throws<OperationCanceledException>(() => new PairVerifier(path).Verify(pair.Query, pair.Candidate, VerificationSettings.Fused, cancelled));
    }

    [Theory]
    [InlineData(GeometricModel.Affine)]
    [InlineData(GeometricModel.Similarity)]
    [InlineData(GeometricModel.Homography)]
    public void Verify_EveryModel_FindsAKnownSimilarity(GeometricModel model)
    {
        var pair = SyntheticPair.Create(500, 120, seed: 14, noisePx: 1);
        // The same query, and a candidate at 1.3 times its positions: a map that all three models hold.
        var candidate = At(pair.Query, point => (1.3f * point.X, 1.3f * point.Y));
        var outcome = _verifier.Verify(pair.Query, candidate, VerificationSettings.Fused with { Model = model }, Cancellation);
        Assert.Equal(500, outcome.Inliers);
        Assert.Equal(1.3, outcome.Affine!.Value.A, 1e-3);
        Assert.Equal(outcome.QueryRegion[2].X * 1.3, outcome.CandidateRegion[2].X, 0.5);
        Assert.Equal(model == GeometricModel.Homography ? 9 : 0, outcome.ToMessage().Homography.Count);
        if (outcome.Homography is { } map)
            Assert.Equal((1.3, 1.0), (Math.Round(map.A, 3), map.I));
    }

    [Fact]
    public void Verify_BoundsOfARequest_TakeThePlaceOfThePresets()
    {
        var pair = SyntheticPair.Create(200, 200, seed: 12, noisePx: 0);
        var mirrored = At(pair.Query, point => (1024 - point.X, point.Y));
        var options = new VerificationOptions { Plausibility = new PlausibilityBounds { Mirrored = true } };
        Assert.InRange(_verifier.Verify(mirrored, pair.Candidate, VerificationSettings.From(options), Cancellation).Inliers, 199, 200);
        options.Plausibility = new PlausibilityBounds { Unbounded = true };
        Assert.InRange(_verifier.Verify(mirrored, pair.Candidate, VerificationSettings.From(options), Cancellation).Inliers, 199, 200);
        options = new VerificationOptions { Preset = VerificationPreset.Published, Plausibility = new PlausibilityBounds { MaxScale = 3 } };
        Assert.True(_verifier.Verify(mirrored, pair.Candidate, VerificationSettings.From(options), Cancellation).Inliers < 60);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void Verify_TooFewFeatures_HasNoMap(int queryFeatures, int candidateFeatures)
    {
        var pair = SyntheticPair.Create(5, 5, seed: 1);
        var outcome = _verifier.Verify(First(pair.Query, queryFeatures), Last(pair.Candidate, candidateFeatures), VerificationSettings.Fused, Cancellation);
        Assert.Equal(Math.Min(queryFeatures, candidateFeatures), outcome.Putative);
        Assert.Equal(0, outcome.Inliers);
        Assert.Null(outcome.Affine);
        Assert.Empty(outcome.ToMessage().QueryRegion);
        Assert.False(outcome.Verified);
    }

    [Fact]
    public void Verify_ThreeMatches_HaveAMapOutsideThePublishedPreset()
    {
        var pair = SyntheticPair.Create(3, 3, seed: 2);
        var fused = _verifier.Verify(pair.Query, pair.Candidate, VerificationSettings.Fused, Cancellation);
        Assert.Equal(3, fused.Inliers);
        Assert.NotNull(fused.Affine);
        Assert.False(fused.Verified);
        var published = _verifier.Verify(pair.Query, pair.Candidate, VerificationSettings.Published, Cancellation);
        Assert.Equal(3, published.Putative);
        Assert.Equal(0, published.Inliers);
        Assert.Null(published.Affine);
    }

    [Fact]
    public void Verify_AllPointsInOnePlace_HasNoMap()
    {
        var pair = SyntheticPair.Create(50, 50, seed: 3);
        var query = At(pair.Query, _ => (100, 100));
        var outcome = _verifier.Verify(query, pair.Candidate, VerificationSettings.Fused, Cancellation);
        Assert.Equal(50, outcome.Putative);
        Assert.Equal(0, outcome.Inliers);
    }

    [Fact]
    public void Verify_ZeroVectors_MatchNothing()
    {
        foreach (var encoding in new[] { DescriptorEncoding.Float32, DescriptorEncoding.Int8 })
        {
            var zeros = FeatureSet.From("m", 100, 100, new float[20], new float[10 * 128], 128, encoding);
            var outcome = _verifier.Verify(zeros, zeros, VerificationSettings.Fused with { MaxDescriptorDistance = 2 }, Cancellation);
            Assert.Equal(0, outcome.Putative);
        }
    }

    [Fact]
    public void Verify_ImplausibleMaps_AreRefusedOutsideThePublishedPreset()
    {
        var pair = SyntheticPair.Create(200, 200, seed: 12, noisePx: 0);
        var mirrored = At(pair.Query, point => (1024 - point.X, point.Y));
        var stretched = At(pair.Query, point => (point.X / 6, point.Y));
        foreach (var query in new[] { mirrored, stretched })
        {
            Assert.True(_verifier.Verify(query, pair.Candidate, VerificationSettings.Fused, Cancellation).Inliers < 60);
            Assert.InRange(_verifier.Verify(query, pair.Candidate, VerificationSettings.Published, Cancellation).Inliers, 199, 200);
        }
    }

    [Fact]
    public void Verify_ClumpOfInliers_CountsAsOneCell()
    {
        var pair = SyntheticPair.Create(40, 40, seed: 13, noisePx: 0);
        var random = new Random(1);
        var clump = At(pair.Query, _ => (320 + (31 * random.NextSingle()), 320 + (31 * random.NextSingle())));
        var candidate = At(pair.Candidate, _ => (0, 0), clump);
        var outcome = _verifier.Verify(clump, candidate, VerificationSettings.Fused, Cancellation);
        Assert.Equal(40, outcome.Inliers);
        Assert.Equal(1, outcome.EffectiveInliers);
    }

    [Fact]
    public void Verify_Published_LetsManyQueriesShareACandidate()
    {
        var random = new Random(4);
        var row = Enumerable.Range(0, 128).Select(_ => (float)SyntheticPair.Normal(random)).ToArray();
        var query = FeatureSet.From("m", 500, 500, Enumerable.Range(0, 20).Select(i => i * 20f).ToArray(), Repeat(row, 10), 128, DescriptorEncoding.Float32);
        var candidate = FeatureSet.From("m", 500, 500, [7, 7], row, 128, DescriptorEncoding.Float32);
        Assert.Equal(10, _verifier.Verify(query, candidate, VerificationSettings.Published, Cancellation).Putative);
        Assert.Equal(1, _verifier.Verify(query, candidate, VerificationSettings.Fused, Cancellation).Putative);
    }

    [Theory]
    [InlineData(0.125f, 1, 20)]
    [InlineData(4, 1, 60)]
    public void Verify_Published_MeasuresTheResidualInTheQuery(float candidateScale, int least, int most)
    {
        // 8 px of noise in the candidate are 64 px of a query 8 times its size, and 2 px of one a fourth of it.
        var pair = SyntheticPair.Create(60, 60, seed: 17, noisePx: 0);
        var random = new Random(2);
        var candidate = At(pair.Candidate, point => (
            (point.X * candidateScale) + (float)(8 * SyntheticPair.Normal(random)), (point.Y * candidateScale) + (float)(8 * SyntheticPair.Normal(random))));
        var inliers = _verifier.Verify(pair.Query, candidate, VerificationSettings.Published, Cancellation).Inliers;
        Assert.InRange(inliers, least, most);
        Assert.Equal(candidateScale > 1, inliers > 55);
    }

    [Fact]
    public void Verify_Explained_GivesStrongestFirstAndTheRegion()
    {
        var pair = SyntheticPair.Create(300, 60, seed: 21);
        var outcome = _verifier.Verify(pair.Query, pair.Candidate, VerificationSettings.Fused with { MaxExplainedMatches = 10 }, Cancellation);
        Assert.Equal(10, outcome.Matches.Count);
        Assert.Equal(outcome.Matches.OrderBy(match => match.Distance), outcome.Matches);
        Assert.All(outcome.Matches, match =>
        {
            var (x, y) = pair.Truth.Apply(match.Query.X, match.Query.Y);
            Assert.InRange(Math.Abs(match.Candidate.X - x) + Math.Abs(match.Candidate.Y - y), 0, 20);
            Assert.InRange(match.Query.X, outcome.QueryRegion[0].X, outcome.QueryRegion[2].X);
            Assert.InRange(match.Query.Y, outcome.QueryRegion[0].Y, outcome.QueryRegion[2].Y);
        });
        for (var corner = 0; corner < 4; corner++)
        {
            var (x, y) = outcome.Affine!.Value.Apply(outcome.QueryRegion[corner].X, outcome.QueryRegion[corner].Y);
            Assert.Equal((float)x, outcome.CandidateRegion[corner].X);
            Assert.Equal((float)y, outcome.CandidateRegion[corner].Y);
        }
    }

    [Fact]
    public void Verify_MixedEncodings_ComparesInTheSmaller()
    {
        var floats = SyntheticPair.Create(400, 80, seed: 30);
        var bits = SyntheticPair.Create(400, 80, seed: 30, DescriptorEncoding.Binary);
        var expected = _verifier.Verify(bits.Query, bits.Candidate, VerificationSettings.Fused, Cancellation).ToMessage();
        Assert.Equal(expected, _verifier.Verify(floats.Query, bits.Candidate, VerificationSettings.Fused, Cancellation).ToMessage());
        Assert.Equal(expected, _verifier.Verify(bits.Query, floats.Candidate, VerificationSettings.Fused, Cancellation).ToMessage());
    }

    [Fact]
    public void Verify_OtherModelOrSize_IsRefused()
    {
        var a = FeatureSet.From("a", 10, 10, new float[2], new float[128], 128, DescriptorEncoding.Float32);
        var b = FeatureSet.From("b", 10, 10, new float[2], new float[128], 128, DescriptorEncoding.Float32);
        var shorter = FeatureSet.From("a", 10, 10, new float[2], new float[64], 64, DescriptorEncoding.Float32);
        Assert.Equal(ErrorReason.ModelMismatch, Assert.Throws<DelgException>(() => _verifier.Verify(a, b, VerificationSettings.Fused, Cancellation)).Reason);
        Assert.Equal(ErrorReason.ModelMismatch, Assert.Throws<DelgException>(() => _verifier.Verify(a, shorter, VerificationSettings.Fused, Cancellation)).Reason);
    }

    private static float[] Repeat(float[] row, int times) => [.. Enumerable.Repeat(row, times).SelectMany(values => values)];

    private static float[] Components(FeatureSet set) => DescriptorCodec.Decode(set.Descriptors, set.Dim, set.Encoding, 1);

    private static FeatureSet First(FeatureSet set, int count) => Part(set, 0, count);

    private static FeatureSet Last(FeatureSet set, int count) => Part(set, set.Count - count, count);

    private static FeatureSet Part(FeatureSet set, int start, int count) => FeatureSet.From(
        set.ModelId, set.Width, set.Height, set.Positions.Slice(2 * start, 2 * count),
        Components(set).AsSpan(start * set.Dim, count * set.Dim), set.Dim, set.Encoding);

    // The same descriptors at other positions; or at the reversed positions of another set, as the true matches of a synthetic pair lie.
    private static FeatureSet At(FeatureSet set, Func<ImagePoint, (float X, float Y)> move, FeatureSet? reversed = null)
    {
        var positions = new float[2 * set.Count];
        for (var i = 0; i < set.Count; i++)
        {
            var other = set.Count - 1 - i;
            var (x, y) = reversed is null
                ? move(new ImagePoint(set.Positions[2 * i], set.Positions[(2 * i) + 1]))
                : (reversed.Positions[2 * other], reversed.Positions[(2 * other) + 1]);
            positions[2 * i] = x;
            positions[(2 * i) + 1] = y;
        }

        return FeatureSet.From(
            set.ModelId, set.Width, set.Height, positions, Components(set), set.Dim, set.Encoding);
    }
}
