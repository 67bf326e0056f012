using Delg.Contracts.Client;
using Delg.Contracts.Errors;
using Delg.V1;
using Grpc.Core;

namespace Delg.Contracts.Tests.Client;

public class DelgClientTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_WithAKey_SendItAsBearer()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient(options => options with { Key = "s3cret" });

        await client.SearchByIdAsync("a", cancellation: Stop);
        await client.IndexAsync(new[] { new IndexImageRequest { ImageId = "a" } }.ToAsyncEnumerable(), Stop).ToListAsync(Stop);

        Assert.Equal([("SearchImages", "Bearer s3cret"), ("IndexImages", "Bearer s3cret")], gateway.Calls);
    }

    [Fact]
    public async Task Calls_WithoutAKey_SendNone()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();

        await client.SearchByIdAsync("a", cancellation: Stop);

        Assert.Equal([("SearchImages", null)], gateway.Calls);
    }

    [Fact]
    public async Task Search_GatewayAwayTwice_IsAnsweredAtTheThirdAttempt()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        gateway.Before = (call, _) => call < 3 ? throw Unavailable() : Task.CompletedTask;

        var answer = await client.SearchAsync(new SearchImagesRequest { ImageId = "a" }, Stop);

        Assert.Equal(7, answer.CandidateCount);
        Assert.Equal(3, gateway.Calls.Count);
    }

    [Fact]
    public async Task Search_GatewayStaysAway_FailsAfterTheLastAttemptWithItsReason()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient(options => options with { MaxAttempts = 4 });
        gateway.Before = (_, _) => throw Unavailable();

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.SearchAsync(new SearchImagesRequest { ImageId = "a" }, Stop));

        Assert.Equal(ErrorReason.DependencyUnavailable, failure.ToDelgException().Reason);
        Assert.Equal(4, gateway.Calls.Count);
    }

    [Fact]
    public async Task CreateCollection_GatewayAway_IsNotRepeated()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        gateway.Before = (_, _) => throw Unavailable();

        await Assert.ThrowsAsync<RpcException>(() => client.CreateCollectionAsync("c", cancellation: Stop));

        Assert.Single(gateway.Calls);
    }

    [Fact]
    public async Task Index_QueueFull_ComesBackWhenAsked()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        gateway.Before = (call, _) => call == 1 ? throw Full(TimeSpan.FromMilliseconds(1)) : Task.CompletedTask;

        var done = await client.IndexAsync(new IndexImageRequest { ImageId = "a" }, Stop);

        Assert.Equal(IndexOutcome.Added, done.Outcome);
        Assert.Equal(2, gateway.Calls.Count);
    }

    [Fact]
    public async Task Index_StoreFull_IsNotRepeated()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        gateway.Before = (_, _) => throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.StoreFull, "Full.").ToRpcException();

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.IndexAsync(new IndexImageRequest { ImageId = "a" }, Stop));

        Assert.Equal(ErrorReason.StoreFull, failure.ToDelgException().Reason);
        Assert.Single(gateway.Calls);
    }

    [Fact]
    public async Task Search_AskedToWaitBeyondTheTimeout_FailsAtOnceWithTheReason()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient(options => options with { CallTimeout = TimeSpan.FromMinutes(1) });
        gateway.Before = (_, _) => throw Full(TimeSpan.FromHours(1));

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.SearchAsync(new SearchImagesRequest { ImageId = "a" }, Stop));

        Assert.Equal(ErrorReason.ExtractorQueueFull, failure.ToDelgException().Reason);
    }

    [Fact]
    public async Task Search_GatewaySilent_EndsWithTheTimeoutAndTellsTheGateway()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient(options => options with { CallTimeout = TimeSpan.FromSeconds(3) });
        // The time must pass while the gateway is silent, not while the first call of a process is being compiled.
        await client.SearchAsync(new SearchImagesRequest { ImageId = "a" }, Stop);
        var heard = new TaskCompletionSource<DateTime>();
        gateway.Before = (_, context) =>
        {
            heard.TrySetResult(context.Deadline);
            return Task.Delay(Timeout.Infinite, context.CancellationToken);
        };

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.SearchAsync(new SearchImagesRequest { ImageId = "a" }, Stop));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.NotEqual(DateTime.MaxValue, await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop));
    }

    [Fact]
    public async Task Calls_CancelledByTheCaller_SaySo()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        using var stop = new CancellationTokenSource();
        gateway.Before = async (_, context) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SearchByIdAsync("a", cancellation: stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.FindDuplicatesAsync(cancellation: stop.Token).ToListAsync(Stop));
    }

    [Fact]
    public async Task SearchFile_WithSettings_SendsBytesAndSettings()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        var file = Path.GetTempFileName();
        var settings = new SearchImagesRequest { TopK = 3, Collection = "c" };
        try
        {
            await File.WriteAllBytesAsync(file, [1, 2, 3], Stop);
            await client.SearchFileAsync(file, settings, Stop);
        }
        finally
        {
            File.Delete(file);
        }

        var sent = Assert.Single(gateway.Searches);
        Assert.Equal([1, 2, 3], sent.Image.ToByteArray());
        Assert.Equal((3, "c"), (sent.TopK, sent.Collection));
        Assert.Equal(SearchImagesRequest.QueryOneofCase.None, settings.QueryCase);
    }

    [Fact]
    public async Task ListImages_SeveralPages_GivesAll()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();

        var images = await client.ListImagesAsync(new ListImagesRequest { PageSize = 2 }, Stop).Select(image => image.ImageId).ToListAsync(Stop);

        Assert.Equal(["i0", "i1", "i2", "i3", "i4"], images);
        Assert.Equal(3, gateway.Calls.Count);
    }

    [Fact]
    public void Options_SeveralMistakes_AreAllNamed()
    {
        var mistaken = new DelgClientOptions { Address = "localhost:5100", Key = "two words", MaxAttempts = 0, ImagesInFlight = 5000, CallTimeout = TimeSpan.Zero };

        var refusal = Assert.Throws<ArgumentException>(() => new DelgClient(mistaken));

        Assert.All(["Address", "Key", "MaxAttempts", "ImagesInFlight", "CallTimeout"], name => Assert.Contains(name, refusal.Message, StringComparison.Ordinal));
    }

    private static RpcException Unavailable() => new DelgException(StatusCode.Unavailable, ErrorReason.DependencyUnavailable, "Away.").ToRpcException();

    private static RpcException Full(TimeSpan wait) =>
        new DelgException(StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull, "Full.") { RetryDelay = wait }.ToRpcException();
}
