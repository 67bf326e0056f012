using System.Collections.Concurrent;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Stores;
using Delg.LocalVerifier.Stores.Redis;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Delg.LocalVerifier.Tests.Stores.Redis;

/// <summary>What a caller is told when Redis is away, full, or refuses.</summary>
public sealed class RedisFailureTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_MemoryFull_IsResourceExhaustedAndKeepsWhatIsThere()
    {
        using var server = await RedisServer.StartAsync("--maxmemory", "8mb", "--maxmemory-policy", "noeviction");
        await using var store = Open(server);
        var value = new byte[500_000];
        var stored = 0;
        var failure = await Assert.ThrowsAsync<DelgException>(async () =>
        {
            for (; stored < 100; stored++)
                await store.PutAsync("c", $"{stored}", value, Cancellation);
        });
        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.StoreFull), (failure.Code, failure.Reason));
        Assert.InRange(stored, 1, 20);
        using (var values = await store.GetAsync("c", [.. Enumerable.Range(0, stored).Select(i => $"{i}")], Cancellation))
            Assert.All(Enumerable.Range(0, stored), i => Assert.Equal(value.Length, values[i]!.Value.Length));
        Assert.Null(await Record.ExceptionAsync(() => store.ProbeAsync(Cancellation)));
        Assert.Equal(stored, await store.DeleteCollectionAsync("c", Cancellation));
        await store.PutAsync("c", "a", value, Cancellation);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("", "wrong")]
    [InlineData("nobody", "secret")]
    public async Task EachCall_WrongUserOrPassword_IsAccessDenied(string user, string password)
    {
        using var server = await RedisServer.StartAsync("--requirepass", "secret");
        await using var store = Open(server, user, password);
        await AssertDeniedAsync(() => store.ProbeAsync(Cancellation));
        await AssertDeniedAsync(() => store.PutAsync("c", "a", new byte[1], Cancellation));
        await AssertDeniedAsync(() => store.GetAsync("c", ["a"], Cancellation));
        await AssertDeniedAsync(() => store.DeleteAsync("c", ["a"], Cancellation));
        await AssertDeniedAsync(() => store.DeleteCollectionAsync("c", Cancellation));
    }

    [Fact]
    public async Task Put_UserWithoutTheRight_IsAccessDenied()
    {
        using var server = await RedisServer.StartAsync();
        Assert.StartsWith("+OK", await server.AskAsync("ACL SETUSER reader on >secret ~delg:* +@connection +get"), StringComparison.Ordinal);
        await using var store = Open(server, "reader", "secret");
        await store.ProbeAsync(Cancellation);
        using var values = await store.GetAsync("c", ["a"], Cancellation);
        Assert.Null(values[0]);
        await AssertDeniedAsync(() => store.PutAsync("c", "a", new byte[1], Cancellation));
    }

    [Fact]
    public async Task EachCall_UserAndPasswordOfTheServer_Works()
    {
        using var server = await RedisServer.StartAsync();
        Assert.StartsWith("+OK", await server.AskAsync("ACL SETUSER delg on >secret ~delg:* +@connection +get +set +unlink +scan +info +cluster"), StringComparison.Ordinal);
        Assert.StartsWith("+OK", await server.AskAsync("ACL SETUSER default off"), StringComparison.Ordinal);
        await using var store = Open(server, "delg", "secret");
        await store.PutAsync("c", "a", new byte[] { 1 }, Cancellation);
        Assert.Equal(1, await store.DeleteCollectionAsync("c", Cancellation));
    }

    [Fact]
    public async Task EachCall_ServerKilled_IsUnavailableUntilItIsBack()
    {
        using var server = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var store = Open(server);
        await store.PutAsync("c", "a", new byte[] { 1 }, Cancellation);
        await server.KillAsync();
        await AssertUnavailableAsync(() => store.PutAsync("c", "b", new byte[1], Cancellation));
        await AssertUnavailableAsync(() => store.GetAsync("c", ["a"], Cancellation));
        await AssertUnavailableAsync(() => store.DeleteAsync("c", ["a"], Cancellation));
        await AssertUnavailableAsync(() => store.DeleteCollectionAsync("c", Cancellation));
        await AssertUnavailableAsync(() => store.ProbeAsync(Cancellation));

        await server.StartAsync();
        await AnswersAgainAsync(() => store.ProbeAsync(Cancellation));
        await AnswersAgainAsync(() => store.PutAsync("c", "b", new byte[] { 2 }, Cancellation));
        StoredValues? read = null;
        // Two values go over two connections, and each comes back in its own time.
        await AnswersAgainAsync(async () => read = await store.GetAsync("c", ["a", "b"], Cancellation));
        using var values = read!;
        Assert.Equal([1], values[0]!.Value.ToArray());
        Assert.Equal([2], values[1]!.Value.ToArray());
    }

    [Fact]
    public async Task Open_ServerNotThereYet_IsUnavailableUntilItIs()
    {
        using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        await using var store = Open(server);
        await AssertUnavailableAsync(() => store.ProbeAsync(Cancellation));
        await server.StartAsync();
        await AnswersAgainAsync(() => store.ProbeAsync(Cancellation));
    }

    [Fact]
    public async Task Get_ServerHangs_TimesOutAsUnavailable()
    {
        using var server = await RedisServer.StartAsync();
        // Long enough for a probe, and for a call to be cancelled before it is given up, on a busy machine.
        await using var store = Open(server, commandTimeoutSeconds: 3);
        await store.ProbeAsync(Cancellation);
        await server.SignalAsync("STOP");
        // First, while the connection still counts as good: once it is given up, a call fails before it can be cancelled.
        using var stop = new CancellationTokenSource();
        var waiting = store.GetAsync("c", ["a"], stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await AssertUnavailableAsync(() => store.GetAsync("c", ["a"], Cancellation));
        await server.SignalAsync("CONT");
        await AnswersAgainAsync(async () => (await store.GetAsync("c", ["a"], Cancellation)).Dispose());
    }

    [Fact]
    public async Task Get_KeyOfAnotherProgram_IsDataLossOfThatValueAlone()
    {
        using var server = await RedisServer.StartAsync();
        await using var store = Open(server);
        await server.AskAsync("LPUSH delg:features:c:a 1");
        await store.PutAsync("c", "b", new byte[] { 2 }, Cancellation);
        using var values = await store.GetAsync("c", ["a", "b"], Cancellation);
        var failure = Assert.Throws<DelgException>(() => values[0]);
        Assert.Equal((StatusCode.DataLoss, ErrorReason.StoredDataCorrupt, "a"), (failure.Code, failure.Reason, failure.Details["image_id"]));
        Assert.Equal([2], values[1]!.Value.ToArray());
    }

    [Fact]
    public async Task Probe_ServerThatMayForget_WarnsOnce()
    {
        using var server = await RedisServer.StartAsync("--maxmemory", "8mb", "--maxmemory-policy", "allkeys-lru", "--appendonly", "no");
        var log = new WarningLog();
        await using var store = new RedisFeatureStore(new RedisStoreOptions { Connection = server.Connection }, log);
        await store.ProbeAsync(Cancellation);
        await store.ProbeAsync(Cancellation);
        Assert.Single(log.Warnings, text => text.Contains("allkeys-lru", StringComparison.Ordinal));
        Assert.Single(log.Warnings, text => text.Contains("appendonly no", StringComparison.Ordinal));
    }

    private static RedisFeatureStore Open(RedisServer server, string user = "", string password = "", double commandTimeoutSeconds = 60) => RedisStores.Open(
        new RedisStoreOptions
        {
            Connection = server.Connection,
            User = user,
            Password = password,
            RetrySeconds = 0.05,
            CommandTimeoutSeconds = commandTimeoutSeconds,
        });

    private static async Task AssertDeniedAsync(Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<DelgException>(call);
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.StoreAccessDenied), (failure.Code, failure.Reason));
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    private static async Task AssertUnavailableAsync(Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<DelgException>(call);
        Assert.Equal((StatusCode.Unavailable, ErrorReason.DependencyUnavailable), (failure.Code, failure.Reason));
        Assert.Equal("redis", failure.Details["dependency"]);
        Assert.NotNull(failure.RetryDelay);
    }

    private static async Task AnswersAgainAsync(Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (DelgException failure) when (failure.Code == StatusCode.Unavailable)
            {
                await Task.Delay(50, Cancellation);
            }
        }
    }

    private sealed class WarningLog : ILogger<RedisFeatureStore>
    {
        public ConcurrentQueue<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Warnings.Enqueue(formatter(state, exception));
    }
}
