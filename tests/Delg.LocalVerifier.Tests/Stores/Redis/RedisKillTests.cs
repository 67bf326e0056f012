using System.Collections.Concurrent;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Stores;
using Delg.LocalVerifier.Stores.Redis;
using Delg.V1;

namespace Delg.LocalVerifier.Tests.Stores.Redis;

/// <summary>What each setting of the append-only file promises when redis-server is killed.</summary>
public sealed class RedisKillTests
{
    private const int Writers = 4;
    private const int WritesBeforeKill = 60;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_AppendFsyncAlways_LosesNothingAcknowledged()
    {
        using var server = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var store = RedisStores.Open(new RedisStoreOptions { Connection = server.Connection, RetrySeconds = 0.05 });
        var acknowledged = new ConcurrentDictionary<string, int>();
        for (var round = 0; round < 3; round++)
        {
            await WriteUntilKilledAsync(server, store, $"{round}", acknowledged);
            await server.StartAsync();
            await AnswersAgainAsync(store);
        }

        Assert.InRange(acknowledged.Count, 3 * WritesBeforeKill, int.MaxValue);
        await AssertWholeAsync(store, acknowledged, mayMiss: _ => false);
    }

    [Fact]
    public async Task Kill_AppendFsyncEverySecond_LosesAtMostWhatRedisHadNotHandedToTheSystem()
    {
        using var server = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "everysec");
        await using var store = RedisStores.Open(new RedisStoreOptions { Connection = server.Connection, RetrySeconds = 0.05 });
        var acknowledged = new ConcurrentDictionary<string, int>();
        for (var i = 0; i < WritesBeforeKill; i++)
        {
            await store.PutAsync("c", $"early-{i}", Value(i), Cancellation);
            acknowledged[$"early-{i}"] = i;
        }

        while (!(await server.AskAsync("INFO persistence")).Contains("aof_buffer_length:0", StringComparison.Ordinal))
            await Task.Delay(20, Cancellation);
        await WriteUntilKilledAsync(server, store, "late", acknowledged);
        await server.StartAsync();
        await AnswersAgainAsync(store);
        await AssertWholeAsync(store, acknowledged, mayMiss: id => id.StartsWith("late", StringComparison.Ordinal));
    }

    private static async Task WriteUntilKilledAsync(
        RedisServer server, RedisFeatureStore store, string prefix, ConcurrentDictionary<string, int> acknowledged)
    {
        using var enough = new SemaphoreSlim(0);
        var writers = Enumerable.Range(0, Writers).Select(writer => WriteUntilFailureAsync(store, $"{prefix}-{writer}", acknowledged, enough)).ToList();
        for (var i = 0; i < WritesBeforeKill; i++)
            await enough.WaitAsync(Cancellation);
        await server.KillAsync();
        await Task.WhenAll(writers);
    }

    private static async Task WriteUntilFailureAsync(
        RedisFeatureStore store, string prefix, ConcurrentDictionary<string, int> acknowledged, SemaphoreSlim enough)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                await store.PutAsync("c", $"{prefix}-{i}", Value(i), Cancellation);
                acknowledged[$"{prefix}-{i}"] = i;
                enough.Release();
            }
        }
        catch (DelgException failure) when (failure.Reason == ErrorReason.DependencyUnavailable)
        {
            // The server is gone, as it should be.
        }
    }

    private static async Task AnswersAgainAsync(RedisFeatureStore store)
    {
        // So many at once that some go over each connection: what is written and read next needs all of them.
        string[] ids = [.. Enumerable.Range(0, 64).Select(i => $"none-{i}")];
        while (await Record.ExceptionAsync(async () => (await store.GetAsync("c", ids, Cancellation)).Dispose()) is not null)
            await Task.Delay(50, Cancellation);
    }

    private static async Task AssertWholeAsync(
        RedisFeatureStore store, ConcurrentDictionary<string, int> acknowledged, Func<string, bool> mayMiss)
    {
        var ids = acknowledged.Keys.ToList();
        using var values = await store.GetAsync("c", ids, Cancellation);
        Assert.Empty(ids.Where((id, i) => values[i] is null && !mayMiss(id)));
        for (var i = 0; i < ids.Count; i++)
        {
            if (values[i] is { } value)
                Assert.Equal(Features(acknowledged[ids[i]]), StoredFeatures.Read(value).ToMessage());
        }
    }

    private static byte[] Value(int seed) => StoredFeatures.Write(Features(seed));

    private static LocalFeatures Features(int seed) => RandomFeatures.Message(seed % 8, 200, DescriptorEncoding.Int8);
}
