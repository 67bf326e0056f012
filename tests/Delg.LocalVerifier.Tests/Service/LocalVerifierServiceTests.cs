using System.Net;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Stores.Sqlite;
using Delg.ServiceDefaults.Hosting;
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
            Options = new VerificationOptions { MaxResidualPx = -1, MaxTrials = 0, MaxDescriptorDistance = 3, MinEffectiveInliers = 0, MaxExplainedMatches = 1001 },
        };
        var failure = await FailureOf(VerifyAsync(request));
        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.FieldInvalid), (failure.Code, failure.Reason));
        string[] expected =
        [
            "collection", "query", "candidates[1].image_id", "options.max_residual_px", "options.max_trials", "options.max_descriptor_distance",
            "options.min_effective_inliers", "options.max_explained_matches",
        ];
        Assert.Equal(expected.Order(), failure.Violations.Select(violation => violation.Field).Order());
    }

    [Fact]
    public async Task Verify_DeadlinePassed_SaysSo()
    {
        var request = new VerifyCandidatesRequest { Query = RandomFeatures.Message(0, 5000) };
        var candidate = RandomFeatures.Message(0, 5000, DescriptorEncoding.Binary);
        request.Candidates.AddRange(Enumerable.Range(0, 100).Select(i => Inline($"{i}", candidate)));
        var failure = await FailureOf(VerifyAsync(request, DateTime.UtcNow.AddMilliseconds(100)));
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
    public async Task Verify_DamagedValue_IsDataLossThatNamesTheImage()
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
        failure = await FailureOf(VerifyAsync(
            new VerifyCandidatesRequest { Collection = "c", Query = RandomFeatures.Message(1), Candidates = { Stored("a") } }));
        Assert.Equal((StatusCode.DataLoss, "a"), (failure.Code, failure.Details["image_id"]));
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

    private static Google.Protobuf.ByteString Jpeg(byte content) => Google.Protobuf.ByteString.CopyFrom(0xFF, 0xD8, 0xFF, content);

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
