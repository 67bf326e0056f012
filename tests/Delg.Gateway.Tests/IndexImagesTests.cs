using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Tests;

public class IndexImagesTests
{
    [Fact]
    public async Task IndexImages_ManyImages_AreBoundedInFlightAndAllAnswered()
    {
        await using var gateway = await GatewayHost.StartAsync(("IndexImagesInFlight", "3"));
        var full = new TaskCompletionSource();
        var started = 0;
        gateway.Backends.Extractor.Before = (_, _) =>
        {
            // The first three wait for each other, so that there are three at once if the gateway lets there be.
            if (Interlocked.Increment(ref started) == 3)
                full.SetResult();
            return full.Task;
        };

        var results = await IndexAsync(gateway, [.. Enumerable.Range(1, 12).Select(i => Image($"i{i:00}", (byte)i))]);

        Assert.Equal(3, gateway.Backends.Extractor.MostRunning);
        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"i{i:00}"), results.Select(r => r.ImageId).Order());
        Assert.All(results, r => Assert.Equal((0, IndexOutcome.Added), (r.Code, r.Outcome)));
    }

    [Fact]
    public async Task IndexImages_OneFails_TheOthersGoOn()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Extractor.Before = (request, _) => request.Image[0] == 2
            ? throw new DelgException(StatusCode.InvalidArgument, "IMAGE_CORRUPT", "Broken.")
            : Task.CompletedTask;

        var results = await IndexAsync(gateway, Image("a", 1), Image("b", 2), new IndexImagesRequest(), Image("c", 3));

        var byId = results.ToDictionary(r => r.ImageId);
        Assert.Equal(((int)StatusCode.InvalidArgument, "IMAGE_CORRUPT"), (byId["b"].Code, byId["b"].Reason));
        Assert.Equal(ErrorReason.FieldInvalid, byId[""].Reason);
        Assert.Equal((0, 0), (byId["a"].Code, byId["c"].Code));
    }

    [Fact]
    public async Task IndexImages_QueueFull_IsOfferedAgain()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var refusals = 2;
        gateway.Backends.Extractor.Before = (_, _) => Interlocked.Decrement(ref refusals) >= 0
            ? throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull, "Full.") { RetryDelay = TimeSpan.FromMilliseconds(1) }
            : Task.CompletedTask;

        var results = await IndexAsync(gateway, Image("a", 1));

        Assert.Equal(IndexOutcome.Added, results.Single().Outcome);
        Assert.Equal(3, gateway.Backends.Extractor.Requests.Count);
    }

    [Fact]
    public async Task IndexImages_QueueStaysFull_FailsTheImageWithItsReason()
    {
        await using var gateway = await GatewayHost.StartAsync(("QueueFullRetries", "1"));
        gateway.Backends.Extractor.Before = (_, _) => throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull, "Full.");

        var results = await IndexAsync(gateway, Image("a", 1));

        Assert.Equal(ErrorReason.ExtractorQueueFull, results.Single().Reason);
        Assert.Equal(2, gateway.Backends.Extractor.Requests.Count);
    }

    [Fact]
    public async Task IndexImages_CallerGoesAway_StopsTheWork()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var started = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        gateway.Backends.Extractor.Before = async (_, context) =>
        {
            using var registration = context.CancellationToken.Register(stopped.SetResult);
            started.TrySetResult();
            await stopped.Task;
        };
        using (var call = gateway.Client.IndexImages(cancellationToken: TestContext.Current.CancellationToken))
        {
            await call.RequestStream.WriteAsync(Image("a", 1), TestContext.Current.CancellationToken);
            await started.Task;
        }

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Empty(gateway.Backends.Index.Entries);
    }

    private static async Task<List<IndexImagesResponse>> IndexAsync(GatewayHost gateway, params IndexImagesRequest[] images)
    {
        using var call = gateway.Client.IndexImages();
        var reading = Task.Run(async () =>
        {
            var results = new List<IndexImagesResponse>();
            await foreach (var result in call.ResponseStream.ReadAllAsync())
                results.Add(result);
            return results;
        });
        foreach (var image in images)
            await call.RequestStream.WriteAsync(image);
        await call.RequestStream.CompleteAsync();
        return await reading;
    }

    private static IndexImagesRequest Image(string id, byte content) => new() { Image = new IndexImageRequest { ImageId = id, Image = ByteString.CopyFrom(content) } };
}
