using System.Net;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Tests.Stores.Redis;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.LocalVerifier.Tests.Service;

/// <summary>The service with Redis as its store.</summary>
public sealed class RedisServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verify_FeaturesInRedis_FindsThem()
    {
        using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);
        for (var i = 0; i < 100; i++)
            await PutAsync(host, $"{i}", i);
        var request = new VerifyCandidatesRequest { Collection = "c", Query = RandomFeatures.Message(42) };
        request.Candidates.AddRange(Enumerable.Range(0, 101).Select(i => new VerificationCandidate { ImageId = $"{i}" }));
        var answer = await host.Client.VerifyCandidatesAsync(request, cancellationToken: Cancellation);
        Assert.Equal("42", Assert.Single(answer.Results, result => result.Verification?.Verified == true).ImageId);
        Assert.Equal(CandidateStatus.NotFound, answer.Results[100].Status);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "local-verifier")));
    }

    [Fact]
    public async Task Verify_KeyOfAnotherProgram_IsReportedForItsCandidate()
    {
        using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);
        await PutAsync(host, "a", 1);
        await redis.AskAsync("LPUSH delg:features:c:other 1");

        var request = new VerifyCandidatesRequest
        {
            Collection = "c",
            Query = RandomFeatures.Message(1),
            Candidates = { new VerificationCandidate { ImageId = "other" }, new VerificationCandidate { ImageId = "a" }, new VerificationCandidate { ImageId = "missing" } },
        };
        var answer = await host.Client.VerifyCandidatesAsync(request, cancellationToken: Cancellation);
        var failure = (await Assert.ThrowsAsync<RpcException>(
            async () => await host.Client.GetFeaturesAsync(new GetFeaturesRequest { Collection = "c", ImageId = "other" }, cancellationToken: Cancellation))).ToDelgException();

        Assert.Equal([CandidateStatus.Damaged, CandidateStatus.Compared, CandidateStatus.NotFound], answer.Results.Select(result => result.Status));
        Assert.True(answer.Results[1].Verification.Verified);
        Assert.Equal((StatusCode.DataLoss, ErrorReason.StoredDataCorrupt), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task Ready_RedisKilledAndBack_FollowsIt()
    {
        using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);
        Assert.Equal(HttpStatusCode.OK, await ReadinessAsync(host));
        await redis.KillAsync();
        await ReadinessBecomesAsync(host, HttpStatusCode.ServiceUnavailable);
        var failure = (await Assert.ThrowsAsync<RpcException>(() => PutAsync(host, "a", 1))).ToDelgException();
        Assert.Equal((StatusCode.Unavailable, ErrorReason.DependencyUnavailable), (failure.Code, failure.Reason));
        Assert.Equal(TimeSpan.FromSeconds(0.05), failure.RetryDelay);
        var live = await host.Http.GetAsync(new Uri("/livez", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await redis.StartAsync();
        await ReadinessBecomesAsync(host, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Start_RedisAway_WaitsForIt()
    {
        using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();
        await using var host = await StartAsync(redis);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadinessAsync(host));
        await redis.StartAsync();
        await ReadinessBecomesAsync(host, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Start_WrongPassword_FailsWithoutNamingIt()
    {
        using var redis = await RedisServer.StartAsync("--requirepass", "right");
        var failure = await Assert.ThrowsAsync<ServiceStartException>(() => StartAsync(redis, "LocalVerifier:Redis:Password=mistaken"));
        Assert.Contains("password", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("mistaken", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_RedisOptionsWrong_ReportsAllAtOnceWithoutPasswords()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => VerifierHost.StartAsync(
            _folder.Path, "LocalVerifier:Store=Redis", "LocalVerifier:Redis:Connection=password=hidden", "LocalVerifier:Redis:User=u",
            "LocalVerifier:Redis:KeyPrefix={a}", "LocalVerifier:Redis:TlsAuthorityFile=/missing.pem", "LocalVerifier:Redis:ValuesInFlight=0"));
        string[] named = ["Connection", "Password", "KeyPrefix", "TlsAuthorityFile", "ValuesInFlight"];
        Assert.All(named, key => Assert.Contains(failure.Failures, text => text.Contains($"LocalVerifier:Redis:{key}", StringComparison.Ordinal)));
        Assert.DoesNotContain("hidden", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SqliteStore_DoesNotLookAtRedisOptions()
    {
        await using var host = await VerifierHost.StartAsync(_folder.Path, "LocalVerifier:Redis:User=u");
        Assert.Equal(HttpStatusCode.OK, await ReadinessAsync(host));
    }

    private async Task<VerifierHost> StartAsync(RedisServer redis, params string[] options) => await VerifierHost.StartAsync(
        _folder.Path,
        ["LocalVerifier:Store=Redis", $"LocalVerifier:Redis:Connection={redis.Connection}", "LocalVerifier:Redis:RetrySeconds=0.05", .. options]);

    private static async Task PutAsync(VerifierHost host, string imageId, int seed) =>
        await host.Client.PutFeaturesAsync(
            new PutFeaturesRequest { Collection = "c", ImageId = imageId, Features = RandomFeatures.Message(seed) }, cancellationToken: Cancellation);

    private static async Task<HttpStatusCode> ReadinessAsync(VerifierHost host) =>
        (await host.Http.GetAsync(new Uri("/readyz", UriKind.Relative), Cancellation)).StatusCode;

    private static async Task ReadinessBecomesAsync(VerifierHost host, HttpStatusCode expected)
    {
        while (await ReadinessAsync(host) != expected)
            await Task.Delay(50, Cancellation);
    }
}
