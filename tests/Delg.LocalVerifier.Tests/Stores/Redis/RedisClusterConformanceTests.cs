using Delg.Contracts.Errors;
using Delg.LocalVerifier.Stores.Redis;
using Grpc.Core;

namespace Delg.LocalVerifier.Tests.Stores.Redis;

/// <summary>Against one cluster for the class.</summary>
public sealed class RedisClusterConformanceTests : FeatureStoreConformance, IClassFixture<RedisClusterConformanceTests.OneCluster>
{
    private readonly OneCluster _cluster;

    public RedisClusterConformanceTests(OneCluster cluster) => _cluster = cluster;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_IdsWithBraces_AreSpreadOverTheServers()
    {
        using var cluster = await RedisCluster.StartAsync();
        await using var store = RedisStores.Open(new RedisStoreOptions { Connection = cluster.Servers[0].Connection });
        for (var i = 0; i < 300; i++)
            await store.PutAsync("c", $"{{same}}{i}", new byte[] { 1 }, Cancellation);
        foreach (var server in cluster.Servers)
        {
            var keys = int.Parse((await server.AskAsync("DBSIZE")).Trim(':', '\r', '\n'));
            Assert.InRange(keys, 60, 140);
        }
    }

    [Fact]
    public async Task DeleteCollection_AServerAway_IsUnavailable()
    {
        using var cluster = await RedisCluster.StartAsync();
        await using var store = RedisStores.Open(new RedisStoreOptions { Connection = cluster.Servers[0].Connection, RetrySeconds = 0.05 });
        for (var i = 0; i < 60; i++)
            await store.PutAsync("c", $"{i}", new byte[] { 1 }, Cancellation);
        await cluster.Servers[2].KillAsync();
        var failure = await Assert.ThrowsAsync<DelgException>(() => store.DeleteCollectionAsync("c", Cancellation));
        Assert.Equal((StatusCode.Unavailable, ErrorReason.DependencyUnavailable), (failure.Code, failure.Reason));
    }

    private protected override async Task<OpenedStore> OpenAsync() => await RedisStores.OpenEmptyAsync(await _cluster.ConnectionAsync(), SmallBatch);

    public sealed class OneCluster : IDisposable
    {
        private RedisCluster? _cluster;

        public async Task<string> ConnectionAsync()
        {
            _cluster ??= await RedisCluster.StartAsync();
            return _cluster.Servers[0].Connection;
        }

        public void Dispose() => _cluster?.Dispose();
    }
}
