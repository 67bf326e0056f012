using Delg.Contracts.Client;
using Delg.Contracts.Errors;
using Delg.Imaging.Scenes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.EndToEnd.Tests.FourProcesses;

/// <summary>Photos in, verified answers out, through four processes; and what is left when one of them dies.</summary>
public sealed class FourProcessesTests(FourServices system) : IClassFixture<FourServices>
{
    /// <summary>A system that does not recover fails its test after this time instead of holding up the run.</summary>
    private const int PatienceMilliseconds = 180_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Search_IndexedScenes_FindsTheSameObjectVerified()
    {
        await IndexAsync("search", Scenes.All);

        var answer = await SearchAsync(new SearchImagesRequest { Collection = "search", ImageId = Scenes.First.RelativePath, IncludeTimings = true });

        Assert.Equal(Scenes.All.Count - 1, answer.CandidateCount);
        Assert.DoesNotContain(answer.Hits, hit => hit.ImageId == Scenes.First.RelativePath);
        var best = answer.Hits[0];
        Assert.StartsWith(Scenes.First.Group + "/", best.ImageId, StringComparison.Ordinal);
        Assert.True(best.Verification.Verified, $"{best}");
        Assert.True(best.Verification.Inliers > 0, $"{best}");
        Assert.Equal(6, best.Verification.Affine.Count);
        Assert.Equal(4, best.Verification.CandidateRegion.Count);
        Assert.Equal(320, (int)best.ImageSize.Width);
    }

    [Fact]
    public async Task Search_IndexedPhotoItself_IsTheFirstHit()
    {
        await IndexAsync("itself", Scenes.All.Take(2));

        var answer = await SearchAsync(Query("itself"));

        Assert.Equal(Scenes.First.RelativePath, answer.Hits[0].ImageId);
        Assert.True(answer.Hits[0].Similarity > 0.99, $"{answer.Hits[0].Similarity}");
        Assert.True(answer.Hits[0].Verification.Verified);
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Stores_KilledAndRestarted_KeepWhatWasAcknowledged()
    {
        await IndexAsync("kept", Scenes.All.Take(2));
        var before = await SearchAsync(Query("kept"));

        await system.KillAsync("global index");
        await system.KillAsync("local verifier");
        await system.RestartAsync("global index", "local verifier");

        var after = await SearchAgainAsync(Query("kept"), TestContext.Current.CancellationToken);
        Assert.Equal(2, after.Hits.Count);
        Assert.Equal(before.Hits, after.Hits);
        Assert.Equal(IndexOutcome.Unchanged, (await IndexAsync("kept", Scenes.First)).Outcome);
    }

    [Fact]
    public async Task Delete_IndexedPhoto_IsFoundNoMore()
    {
        await IndexAsync("deleted", Scenes.All.Take(2));

        var deleted = await system.Gateway.DeleteImagesAsync(
            new DeleteImagesRequest { Collection = "deleted", ImageIds = { Scenes.First.RelativePath, "never-there" } }, cancellationToken: Stop);

        Assert.Equal((1, 1), (deleted.DeletedCount, deleted.MissingCount));
        var answer = await SearchAsync(Query("deleted"));
        Assert.Equal([Scenes.All[1].RelativePath], answer.Hits.Select(hit => hit.ImageId));
        var missing = await Assert.ThrowsAsync<RpcException>(() => system.Gateway.GetImageAsync(
            new GetImageRequest { Collection = "deleted", ImageId = Scenes.First.RelativePath }, cancellationToken: Stop).ResponseAsync);
        Assert.Equal((StatusCode.NotFound, ErrorReason.ImageNotFound), (missing.StatusCode, missing.ToDelgException().Reason));
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Ingest_GatewayKilledAndRestarted_GoesOnWhereItWas()
    {
        await using var client = new DelgClient(new DelgClientOptions { Address = system.GatewayAddress, ImagesInFlight = 3, MaxAttempts = 20, MaxRetryDelay = TimeSpan.FromSeconds(1) });
        var images = Scenes.All.Select(view => new IndexImageRequest { Collection = "resumed", ImageId = view.RelativePath, Image = ByteString.CopyFrom(view.Jpeg) });
        var results = new List<IndexImagesResponse>();
        var restart = Task.CompletedTask;

        await foreach (var result in client.IndexAsync(images.ToAsyncEnumerable(), TestContext.Current.CancellationToken))
        {
            results.Add(result);
            if (results.Count != 2)
                continue;
            await system.KillAsync("gateway");
            restart = system.RestartAsync("gateway");
        }

        await restart;
        Assert.Equal(Scenes.All.Select(view => view.RelativePath).Order(), results.Select(result => result.ImageId).Order());
        Assert.All(results, result => Assert.Equal((0, ""), (result.Code, result.Reason)));
        Assert.Equal(Scenes.All.Count, await client.ListImagesAsync(new ListImagesRequest { Collection = "resumed" }, TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken));
    }

    [Theory(Timeout = PatienceMilliseconds)]
    [InlineData("extractor")]
    [InlineData("global index")]
    [InlineData("local verifier")]
    public async Task Search_ServiceKilled_SaysWhichAndRecovers(string service)
    {
        var collection = "recovers-" + service.Replace(' ', '-');
        await IndexAsync(collection, Scenes.All.Take(2));

        await system.KillAsync(service);
        var failure = (await Assert.ThrowsAsync<RpcException>(() => SearchAsync(Query(collection)))).ToDelgException();
        await system.RestartAsync(service);
        var answer = await SearchAgainAsync(Query(collection), TestContext.Current.CancellationToken);

        Assert.Equal((StatusCode.Unavailable, ErrorReason.DependencyUnavailable), (failure.Code, failure.Reason));
        Assert.Contains(service, failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, answer.Hits.Count);
    }

    private static SearchImagesRequest Query(string collection) => new() { Collection = collection, Image = ByteString.CopyFrom(Scenes.First.Jpeg) };

    private Task<SearchImagesResponse> SearchAsync(SearchImagesRequest request) =>
        system.Gateway.SearchImagesAsync(request, cancellationToken: Stop).ResponseAsync;

    /// <summary>Asks until the gateway's channel, which waits a little longer after each failed attempt, has found the restarted service.</summary>
    private async Task<SearchImagesResponse> SearchAgainAsync(SearchImagesRequest request, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await SearchAsync(request);
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.Unavailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), stop);
            }
        }
    }

    private Task<IndexImageResponse> IndexAsync(string collection, SceneView view) => system.Gateway.IndexImageAsync(
        new IndexImageRequest { Collection = collection, ImageId = view.RelativePath, Image = ByteString.CopyFrom(view.Jpeg) }, cancellationToken: Stop).ResponseAsync;

    private async Task IndexAsync(string collection, IEnumerable<SceneView> views)
    {
        foreach (var view in views)
            Assert.Equal(IndexOutcome.Added, (await IndexAsync(collection, view)).Outcome);
    }
}
