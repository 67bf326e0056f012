using System.Net;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Stores.Sqlite;
using Delg.ServiceDefaults.Hosting;
using Delg.ServiceDefaults.Tests;
using Delg.V1;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Delg.LocalVerifier.Tests.Service;

public sealed class LocalVerifierServiceTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private VerifierHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private LocalVerifierService.LocalVerifierServiceClient Client => _host.Client;

    public async ValueTask InitializeAsync() => _host = await VerifierHost.StartAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task ListFeatures_SomeImages_NamesThem()
    {
        await PutAsync("a", RandomFeatures.Message(1));
        await PutWithThumbnailAsync("b", Jpeg(1));
        using var call = Client.ListFeatures(new ListFeaturesRequest { Collection = "c" }, cancellationToken: Cancellation);
        var listed = await call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
        Assert.Equal(["a", "b"], listed.SelectMany(some => some.ImageIds).Order());
        using var refused = Client.ListFeatures(new ListFeaturesRequest { Collection = "1" }, cancellationToken: Cancellation);
        var failure = await Assert.ThrowsAsync<RpcException>(() => refused.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(ErrorReason.FieldInvalid, failure.ToDelgException().Reason);
    }

    [Fact]
    public async Task Put_ThenGet_GivesTheFeaturesInTheStoredEncoding()
    {
        var put = await PutAsync("a", RandomFeatures.Message(1));
        var features = await GetAsync("a");
        Assert.Equal(DescriptorEncoding.Int8, features.Encoding);
        Assert.Equal(RandomFeatures.Message(1).Positions, features.Positions);
        Assert.InRange(put.StoredBytes, 60ul * (128 + 16), (60ul * (128 + 16)) + 100);

        await PutAsync("a", RandomFeatures.Message(2, encoding: DescriptorEncoding.Binary));
        features = await GetAsync("a");
        Assert.Equal(RandomFeatures.Message(2, encoding: DescriptorEncoding.Binary), features);
    }

    [Fact]
    public async Task Put_ServiceStartedAnew_KeepsTheFeatures()
    {
        await PutAsync("a", RandomFeatures.Message(1, encoding: DescriptorEncoding.Int8));
        await _host.DisposeAsync();
        _host = await VerifierHost.StartAsync(_folder.Path);
        var features = await GetAsync("a");
        Assert.Equal(RandomFeatures.Message(1, encoding: DescriptorEncoding.Int8), features);
    }

    [Fact]
    public async Task Get_UnknownImage_IsNotFound()
    {
        var failure = await FailureOf(GetAsync("a"));
        Assert.Equal((StatusCode.NotFound, ErrorReason.ImageNotFound), (failure.Code, failure.Reason));
        Assert.Equal("a", failure.Details["image_id"]);
    }

    [Fact]
    public async Task Thumbnail_PutWithFeatures_IsReadUntilItIsReplacedOrDeleted()
    {
        var (first, second) = (Jpeg(1), Jpeg(2));
        await PutWithThumbnailAsync("a", first);
        await PutWithThumbnailAsync("b", second);
        Assert.Equal(first, await ThumbnailAsync("a"));
        Assert.Equal(RandomFeatures.Message(1).Positions, (await GetAsync("a")).Positions);

        await PutWithThumbnailAsync("a", second);
        Assert.Equal(second, await ThumbnailAsync("a"));
        await PutAsync("a", RandomFeatures.Message(1));
        await ExpectNoThumbnailAsync("a");

        await PutWithThumbnailAsync("a", first);
        var deleted = await Client.DeleteFeaturesAsync(new DeleteFeaturesRequest { Collection = "c", ImageIds = { "a" } }, cancellationToken: Cancellation);
        Assert.Equal((1, 0), (deleted.DeletedCount, deleted.MissingCount));
        await ExpectNoThumbnailAsync("a");

        var dropped = await Client.DeleteCollectionFeaturesAsync(new DeleteCollectionFeaturesRequest { Collection = "c" }, cancellationToken: Cancellation);
        Assert.Equal(1, dropped.DeletedCount);
        await ExpectNoThumbnailAsync("b");
    }

    [Theory]
    [InlineData(262145, 0xFF)]
    [InlineData(10, 0x89)]
    public async Task Thumbnail_TooLargeOrNoJpeg_IsRefused(int bytes, byte start)
    {
        var content = new byte[bytes];
        (content[0], content[1], content[2]) = (start, 0xD8, 0xFF);

        var failure = await FailureOf(PutWithThumbnailAsync("a", Google.Protobuf.ByteString.CopyFrom(content)));

        Assert.Equal((ErrorReason.FieldInvalid, "thumbnail"), (failure.Reason, failure.Violations.Single().Field));
    }

    [Fact]
    public async Task Thumbnail_OfMorePixelsThanAThumbnailHas_IsRefused()
    {
        await PutWithThumbnailAsync("a", Jpeg(1, width: 1024));

        var failure = await FailureOf(PutWithThumbnailAsync("a", Jpeg(1, width: 1025)));

        Assert.Equal((ErrorReason.FieldInvalid, "thumbnail"), (failure.Reason, failure.Violations.Single().Field));
    }

    [Fact]
    public async Task Put_MalformedFeatures_NamesEveryField()
    {
        var features = RandomFeatures.Message(1);
        features.Positions[3] = float.NaN;
        features.Scales.RemoveAt(0);
        features.Descriptors = Google.Protobuf.ByteString.CopyFrom(new byte[7]);
        var failure = await FailureOf(PutAsync("a\n", features, "1c"));
        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.FeaturesInvalid), (failure.Code, failure.Reason));
        string[] expected = ["collection", "image_id", "features.positions", "features.scales", "features.descriptors"];
        Assert.Equal(expected.Order(), failure.Violations.Select(violation => violation.Field).Order());
    }

    [Fact]
    public async Task Put_NotANumberInFloatDescriptors_IsRefused()
    {
        var features = RandomFeatures.Message(1);
        var bytes = features.Descriptors.ToByteArray();
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, 40);
        features.Descriptors = Google.Protobuf.ByteString.CopyFrom(bytes);
        var failure = await FailureOf(PutAsync("a", features));
        Assert.Equal("features.descriptors", Assert.Single(failure.Violations).Field);
    }

    [Fact]
    public async Task Put_MoreFeaturesThanTheLimit_IsRefused()
    {
        var failure = await FailureOf(PutAsync("a", RandomFeatures.Message(1, 10_001, DescriptorEncoding.Binary, dim: 8)));
        Assert.Equal("features.scores", Assert.Single(failure.Violations).Field);
    }

    [Fact]
    public async Task Delete_CountsWhatWasThere()
    {
        await PutAsync("a", RandomFeatures.Message(1));
        await PutAsync("b", RandomFeatures.Message(2));
        var deleted = await Client.DeleteFeaturesAsync(
            new DeleteFeaturesRequest { Collection = "c", ImageIds = { "a", "x" } }, cancellationToken: Cancellation);
        Assert.Equal((1, 1), (deleted.DeletedCount, deleted.MissingCount));
        Assert.Equal(1, await DeleteCollectionAsync());
        Assert.Equal(0, await DeleteCollectionAsync());
    }

    [Fact]
    public async Task Verify_MixedCandidates_AnswersEachInOrder()
    {
        var query = RandomFeatures.Message(1);
        await PutAsync("same", RandomFeatures.Message(1));
        await PutAsync("different", RandomFeatures.Message(2));
        await PutAsync("other model", RandomFeatures.Message(1, modelId: "n"));
        await PutAsync("other dim", RandomFeatures.Message(1, dim: 64));
        var request = new VerifyCandidatesRequest
        {
            Collection = "c",
            Query = query,
            Candidates =
            {
                Stored("missing"), Stored("same"), Inline("inline", RandomFeatures.Message(1, encoding: DescriptorEncoding.Binary)), Stored("other model"),
                Stored("different"), Stored("other dim"), Inline("inline other", RandomFeatures.Message(1, modelId: "n")),
            },
            Options = new VerificationOptions { MaxExplainedMatches = 5 },
        };
        var results = (await VerifyAsync(request)).Results;
        Assert.Equal(request.Candidates.Select(candidate => candidate.ImageId), results.Select(result => result.ImageId));
        Assert.Equal(
            [
                CandidateStatus.NotFound, CandidateStatus.Compared, CandidateStatus.Compared, CandidateStatus.ModelMismatch,
                CandidateStatus.Compared, CandidateStatus.ModelMismatch, CandidateStatus.ModelMismatch,
            ],
            results.Select(result => result.Status));
        foreach (var same in new[] { results[1], results[2] })
        {
            Assert.Equal(60u, same.Verification.Inliers);
            Assert.True(same.Verification.Verified);
            Assert.Equal(5, same.Verification.Matches.Count);
            Assert.Equal([1, 0, 0, 0, 1, 0], same.Verification.Affine.Select(value => MathF.Round(value, 2) + 0f));
        }

        Assert.False(results[4].Verification.Verified);
        Assert.Null(results[0].Verification);
    }

    [Fact]
    public async Task Verify_MoreThanABatch_KeepsTheOrder()
    {
        for (var i = 0; i < 5; i++)
            await PutAsync($"{i}", RandomFeatures.Message(i));
        var request = new VerifyCandidatesRequest { Collection = "c", Query = RandomFeatures.Message(3) };
        request.Candidates.AddRange(Enumerable.Range(0, 200).Select(i => Stored($"{i % 5}")));
        var results = (await VerifyAsync(request)).Results;
        Assert.Equal(Enumerable.Range(0, 200).Select(i => i % 5 == 3), results.Select(result => result.Verification.Verified));
    }

    [Fact]
    public async Task Verify_InvalidRequest_NamesEveryField()
    {
        var request = new VerifyCandidatesRequest
        {
            Candidates = { Stored("a"), Stored("") },
            Options = new VerificationOptions
            {
                MaxResidualPx = -1,
                MaxTrials = 0,
                MaxDescriptorDistance = 3,
                MinEffectiveInliers = 0,
                MaxExplainedMatches = 1001,
                MaxDistanceRatio = 0,
                Confidence = 1.5,
                Model = (GeometricModel)9,
                Plausibility = new PlausibilityBounds { MaxStretch = 0.5f, MaxScale = float.NaN },
            },
        };
        var failure = await FailureOf(VerifyAsync(request));
        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.FieldInvalid), (failure.Code, failure.Reason));
        string[] expected =
        [
            "collection", "query", "candidates[1].image_id", "options.max_residual_px", "options.max_trials", "options.max_descriptor_distance",
            "options.min_effective_inliers", "options.max_explained_matches", "options.max_distance_ratio", "options.confidence", "options.model",
            "options.plausibility.max_stretch", "options.plausibility.max_scale",
        ];
        Assert.Equal(expected.Order(), failure.Violations.Select(violation => violation.Field).Order());
    }

    [Fact]
    public async Task Verify_AThousandWrongCandidates_FailsInTrailersOfLessThan8KiB()
    {
        var request = new VerifyCandidatesRequest { Query = RandomFeatures.Message(0), Collection = "c", Candidates = { Enumerable.Repeat(Stored(""), 1000) } };

        var failure = await FailureOf(VerifyAsync(request));
        var trailers = await RawCall.TrailersAsync(_host.Http, "/delg.v1.LocalVerifierService/VerifyCandidates", request);

        Assert.Equal((ErrorReason.FieldInvalid, "candidates[0].image_id"), (failure.Reason, failure.Violations[0].Field));
        Assert.Equal("3", trailers["grpc-status"]);
        Assert.InRange(trailers.Sum(trailer => trailer.Key.Length + trailer.Value.Length), 1, 8191);
    }

    [Fact]
    public async Task Delete_AMillionEmptyIds_FailsOfTheirNumberOnly()
    {
        var request = new DeleteFeaturesRequest { Collection = "c", ImageIds = { Enumerable.Repeat("", 1_000_000) } };
        var failure = await FailureOf(Client.DeleteFeaturesAsync(request, cancellationToken: Cancellation).ResponseAsync);
        Assert.Equal((ErrorReason.FieldInvalid, "image_ids"), (failure.Reason, failure.Violations.Single().Field));
    }

    [Fact]
    public async Task Verify_DeadlinePassed_SaysSo()
    {
        // Stored: a deadline that passes while megabytes of candidates are still being sent ends the call as a broken one now and then.
        await PutAsync("a", RandomFeatures.Message(0, 5000, DescriptorEncoding.Binary));
        var request = new VerifyCandidatesRequest
        {
            Collection = "c",
            Query = RandomFeatures.Message(0, 5000, DescriptorEncoding.Binary),
            Options = new VerificationOptions { Preset = VerificationPreset.Published, MaxDescriptorDistance = 2, MaxTrials = 100_000 },
        };
        request.Candidates.AddRange(Enumerable.Repeat(Stored("a"), 100));
        var failure = await FailureOf(VerifyAsync(request, DateTime.UtcNow.AddSeconds(1)));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.Code);
    }

    [Fact]
    public async Task Match_TwoImages_IsStateless()
    {
        var answer = await MatchAsync(RandomFeatures.Message(1), RandomFeatures.Message(1));
        Assert.Equal(60u, answer.Verification.Inliers);
        var failure = await FailureOf(MatchAsync(RandomFeatures.Message(1), RandomFeatures.Message(1, modelId: "n")));
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.ModelMismatch), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task Verify_DamagedValue_IsReportedForItsCandidate()
    {
        await PutAsync("a", RandomFeatures.Message(1));
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "local-verifier", SqliteFeatureStore.FileName)};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE features SET value = substr(value, 1, 1000)";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        var failure = await FailureOf(GetAsync("a"));
        Assert.Equal((StatusCode.DataLoss, ErrorReason.StoredDataCorrupt), (failure.Code, failure.Reason));
        await PutAsync("b", RandomFeatures.Message(1));
        var results = (await VerifyAsync(new VerifyCandidatesRequest
        {
            Collection = "c",
            Query = RandomFeatures.Message(1),
            Candidates = { Stored("a"), Stored("b"), Stored("x") },
        })).Results;
        Assert.Equal([CandidateStatus.Damaged, CandidateStatus.Compared, CandidateStatus.NotFound], results.Select(result => result.Status));
        Assert.Equal(60u, results[1].Verification.Inliers);
    }

    [Fact]
    public async Task Stream_MixedCandidates_SendsEachInOrder()
    {
        await PutAsync("same", RandomFeatures.Message(1));
        await PutAsync("different", RandomFeatures.Message(2));
        var request = new VerifyCandidatesRequest { Collection = "c", Query = RandomFeatures.Message(1) };
        request.Candidates.AddRange(Enumerable.Range(0, 150).Select(i => Stored(i % 3 == 0 ? "same" : i % 3 == 1 ? "different" : "missing")));
        var whole = (await VerifyAsync(request)).Results;
        using var call = Client.StreamVerifications(new StreamVerificationsRequest { Request = request }, cancellationToken: Cancellation);
        var index = 0;
        while (await call.ResponseStream.MoveNext(Cancellation))
        {
            Assert.Equal((uint)index, call.ResponseStream.Current.Index);
            Assert.Equal(whole[index++], call.ResponseStream.Current.Result);
        }

        Assert.Equal(150, index);
    }

    [Fact]
    public async Task Stream_InvalidRequest_NamesEveryField()
    {
        using var empty = Client.StreamVerifications(new StreamVerificationsRequest(), cancellationToken: Cancellation);
        var failure = await FailureOf(empty.ResponseStream.MoveNext(Cancellation));
        Assert.Equal("request", Assert.Single(failure.Violations).Field);
        using var call = Client.StreamVerifications(
            new StreamVerificationsRequest { Request = new VerifyCandidatesRequest { Candidates = { Stored("a") } } }, cancellationToken: Cancellation);
        failure = await FailureOf(call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(["request.collection", "request.query"], failure.Violations.Select(violation => violation.Field).Order());
    }

    [Fact]
    public async Task Verify_PartialAllowed_AnswersWhatIsFinished()
    {
        using var folder = new TemporaryFolder();
        // Answered five seconds before the deadline, which comes after ten: a busy machine needs a part of either half. Each candidate takes seconds.
        await using var host = await VerifierHost.StartAsync(folder.Path, "LocalVerifier:PartialMarginSeconds=5", "LocalVerifier:Parallelism=1");
        var request = new VerifyCandidatesRequest
        {
            Query = RandomFeatures.Message(0, 5000, DescriptorEncoding.Binary),
            AllowPartial = true,
            Options = new VerificationOptions { Preset = VerificationPreset.Published, MaxDescriptorDistance = 2, MaxTrials = 100_000 },
        };
        request.Candidates.Add(Inline("nothing to do", RandomFeatures.Message(0, 0, DescriptorEncoding.Binary)));
        request.Candidates.AddRange(Enumerable.Range(0, 100).Select(i => Inline($"{i}", RandomFeatures.Message(0, 5000, DescriptorEncoding.Binary))));
        var results = (await host.Client.VerifyCandidatesAsync(request, deadline: DateTime.UtcNow.AddSeconds(10), cancellationToken: Cancellation)).Results;
        Assert.Equal(request.Candidates.Select(candidate => candidate.ImageId), results.Select(result => result.ImageId));
        Assert.Equal(CandidateStatus.Compared, results[0].Status);
        Assert.Equal(CandidateStatus.Unfinished, results[^1].Status);
        Assert.Null(results[^1].Verification);
        Assert.All(results, result => Assert.Equal(result.Status == CandidateStatus.Compared, result.Verification is not null));
    }

    [Fact]
    public async Task Verify_FewerCandidatesAllowedThanProcessors_IsAnswered()
    {
        using var folder = new TemporaryFolder();
        await using var host = await VerifierHost.StartAsync(folder.Path, "LocalVerifier:MaxCandidates=1");
        var request = new VerifyCandidatesRequest { Query = RandomFeatures.Message(1), Candidates = { Inline("a", RandomFeatures.Message(1)) } };
        var result = Assert.Single((await host.Client.VerifyCandidatesAsync(request, cancellationToken: Cancellation)).Results);
        Assert.Equal(CandidateStatus.Compared, result.Status);
    }

    [Fact]
    public async Task Verify_Region_ComparesTheFeaturesInside()
    {
        var query = RandomFeatures.Message(1);
        var request = new VerifyCandidatesRequest
        {
            Query = query,
            Candidates = { Inline("same", query) },
            QueryRegion = new Region { Left = -20, Top = 100, Right = 500, Bottom = 1e6f },
            Options = new VerificationOptions { MaxExplainedMatches = 1000 },
        };
        var inside = Enumerable.Range(0, 60).Count(i => query.Positions[2 * i] < 500 && query.Positions[(2 * i) + 1] >= 100);
        var verification = (await VerifyAsync(request)).Results[0].Verification;
        Assert.InRange(inside, 10, 50);
        Assert.Equal((uint)inside, verification.Inliers);
        Assert.All(verification.Matches, match => Assert.True(match.Query.X < 500 && match.Query.Y >= 100));
        var pair = await Client.MatchFeaturesAsync(
            new MatchFeaturesRequest { Query = query, Candidate = query, QueryRegion = request.QueryRegion }, cancellationToken: Cancellation);
        Assert.Equal((uint)inside, pair.Verification.Inliers);
    }

    [Theory]
    [InlineData(10, 10, 10, 50)]
    [InlineData(995, 10, 2000, 50)]
    [InlineData(float.NaN, 10, 50, 50)]
    public async Task Verify_RegionWithTooFewPixels_IsRefused(float left, float top, float right, float bottom)
    {
        var request = new VerifyCandidatesRequest
        {
            Query = RandomFeatures.Message(1),
            Candidates = { Inline("a", RandomFeatures.Message(1)) },
            QueryRegion = new Region { Left = left, Top = top, Right = right, Bottom = bottom },
        };
        var failure = await FailureOf(VerifyAsync(request));
        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.RegionInvalid), (failure.Code, failure.Reason));
        Assert.Equal("query_region", Assert.Single(failure.Violations).Field);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Verify_FewFeatures_IsAnsweredWithoutAVerdict(int count)
    {
        await PutAsync("few", RandomFeatures.Message(1, count));
        var result = (await VerifyAsync(new VerifyCandidatesRequest { Collection = "c", Query = RandomFeatures.Message(1, count), Candidates = { Stored("few") } })).Results[0];
        Assert.Equal(CandidateStatus.Compared, result.Status);
        Assert.Equal((uint)count, result.Verification.Putative);
        Assert.Equal(count == 3 ? 3u : 0, result.Verification.Inliers);
        Assert.False(result.Verification.Verified);
    }

    [Theory]
    [InlineData(0, DescriptorEncoding.Float32)]
    [InlineData(1025, DescriptorEncoding.Float32)]
    [InlineData(12, DescriptorEncoding.Binary)]
    public async Task Put_WrongDim_IsRefused(uint dim, DescriptorEncoding encoding)
    {
        var features = RandomFeatures.Message(1, encoding: encoding);
        features.Dim = dim;
        var failure = await FailureOf(PutAsync("a", features));
        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.FeaturesInvalid), (failure.Code, failure.Reason));
        Assert.Equal("features.dim", Assert.Single(failure.Violations).Field);
    }

    [Fact]
    public async Task Put_AMillionFeatures_IsRefusedWithTheLimit()
    {
        var failure = await FailureOf(PutAsync("a", RandomFeatures.Message(1, 1_000_000, DescriptorEncoding.Binary, dim: 8)));
        Assert.Equal("features.scores", Assert.Single(failure.Violations).Field);
        Assert.Contains("0 to 10000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_PositionsOutsideTheImage_AreComparedAsTheyAre()
    {
        var features = RandomFeatures.Message(1);
        for (var i = 0; i < features.Positions.Count; i++)
            features.Positions[i] -= 300;
        await PutAsync("a", features);
        var result = (await VerifyAsync(new VerifyCandidatesRequest { Collection = "c", Query = RandomFeatures.Message(1), Candidates = { Stored("a") } })).Results[0];
        Assert.Equal(60u, result.Verification.Inliers);
        Assert.Equal(-300, result.Verification.Affine[2], 1f);
    }

    [Fact]
    public async Task Start_FolderInUse_FailsAndNamesIt()
    {
        var failure = await Assert.ThrowsAsync<ServiceStartException>(() => VerifierHost.StartAsync(_folder.Path));
        Assert.Contains(_folder.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OptionsOutOfRange_ReportsAllAtOnce()
    {
        using var folder = new TemporaryFolder();
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => VerifierHost.StartAsync(
            folder.Path, "LocalVerifier:StorageEncoding=Unspecified", "LocalVerifier:MaxCandidates=0", "LocalVerifier:Parallelism=-1"));
        Assert.Equal(3, failure.Failures.Count());
    }

    [Fact]
    public async Task Ready_StoreAnswers_IsHealthy()
    {
        var answer = await _host.Http.GetAsync(new Uri("/readyz", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static VerificationCandidate Stored(string id) => new() { ImageId = id };

    private static VerificationCandidate Inline(string id, LocalFeatures features) => new() { ImageId = id, Features = features };

    private async Task<LocalFeatures> GetAsync(string id) =>
        (await Client.GetFeaturesAsync(new GetFeaturesRequest { Collection = "c", ImageId = id }, cancellationToken: Cancellation)).Features;

    private async Task<long> DeleteCollectionAsync() =>
        (await Client.DeleteCollectionFeaturesAsync(new DeleteCollectionFeaturesRequest { Collection = "c" }, cancellationToken: Cancellation)).DeletedCount;

    private async Task<VerifyCandidatesResponse> VerifyAsync(VerifyCandidatesRequest request, DateTime? deadline = null) =>
        await Client.VerifyCandidatesAsync(request, deadline: deadline, cancellationToken: Cancellation);

    private async Task<MatchFeaturesResponse> MatchAsync(LocalFeatures query, LocalFeatures candidate) =>
        await Client.MatchFeaturesAsync(new MatchFeaturesRequest { Query = query, Candidate = candidate }, cancellationToken: Cancellation);

    private async Task<PutFeaturesResponse> PutAsync(string id, LocalFeatures features, string collection = "c") =>
        await Client.PutFeaturesAsync(new PutFeaturesRequest { Collection = collection, ImageId = id, Features = features }, cancellationToken: Cancellation);

    private static async Task<DelgException> FailureOf(Task call) => (await Assert.ThrowsAsync<RpcException>(() => call)).ToDelgException();

    /// <summary>A grey frame, a scan of one byte.</summary>
    private static Google.Protobuf.ByteString Jpeg(byte content, ushort width = 16) => Google.Protobuf.ByteString.CopyFrom(
        0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 16, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 2, content, 0xFF, 0xD9);

    private async Task<PutFeaturesResponse> PutWithThumbnailAsync(string id, Google.Protobuf.ByteString thumbnail) => await Client.PutFeaturesAsync(
        new PutFeaturesRequest { Collection = "c", ImageId = id, Features = RandomFeatures.Message(1), Thumbnail = thumbnail }, cancellationToken: Cancellation);

    private async Task<Google.Protobuf.ByteString> ThumbnailAsync(string id) =>
        (await Client.GetThumbnailAsync(new GetThumbnailRequest { Collection = "c", ImageId = id }, cancellationToken: Cancellation)).Thumbnail;

    private async Task ExpectNoThumbnailAsync(string id)
    {
        var failure = await FailureOf(ThumbnailAsync(id));
        Assert.Equal((StatusCode.NotFound, ErrorReason.ThumbnailNotFound), (failure.Code, failure.Reason));
    }
}
