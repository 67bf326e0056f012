using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Delg.Contracts.Errors;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Contracts.Tests.Client;

public class ImageIngestTests
{
    /// <summary>An ingest that waits for ever fails its test after this time.</summary>
    private const int PatienceMilliseconds = 60_000;

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_ManyImages_ReadsNoMoreThanMayBeInFlight()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient(options => options with { ImagesInFlight = 3 });
        var read = 0;
        var taken = 0;
        gateway.Stream = async (_, requests, responses, context) =>
        {
            // Three are let in and kept waiting; then each answer lets one more in.
            var held = new Queue<IndexImagesRequest>();
            await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            {
                held.Enqueue(request);
                if (held.Count == 3)
                    await responses.WriteAsync(ScriptedGateway.Added(held.Dequeue()));
            }
        };
        // The last two are held back until the end: the stream is cancelled then.
        await foreach (var result in client.IndexAsync(Counted(20), TestContext.Current.CancellationToken))
        {
            taken++;
            Assert.Equal(IndexOutcome.Added, result.Outcome);
            Assert.InRange(Volatile.Read(ref read), taken, taken + 3);
            if (taken == 18)
                break;
        }

        async IAsyncEnumerable<IndexImageRequest> Counted(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Interlocked.Increment(ref read);
                yield return Image($"i{i}");
                await Task.Yield();
            }
        }
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_StreamBreaks_SendsAgainOnlyWhatHadNoResult()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient(options => options with { ImagesInFlight = 4 });
        var seen = new ConcurrentQueue<string>();
        var threeTaken = new TaskCompletionSource();
        gateway.Stream = async (stream, requests, responses, context) =>
        {
            await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            {
                seen.Enqueue(request.Image.ImageId);
                if (stream == 1 && request.Image.ImageId == "i3")
                {
                    await threeTaken.Task;
                    context.GetHttpContext().Abort();
                    return;
                }

                await responses.WriteAsync(ScriptedGateway.Added(request));
            }
        };
        var results = new List<string>();

        await foreach (var result in client.IndexAsync(Images(10), TestContext.Current.CancellationToken))
        {
            results.Add(result.ImageId);
            if (results.Count == 3)
                threeTaken.SetResult();
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"i{i}"), results.Order());
        Assert.Equal(2, gateway.Calls.Count);
        Assert.All(["i0", "i1", "i2"], id => Assert.Equal(1, seen.Count(other => other == id)));
        Assert.Equal(2, seen.Count(id => id == "i3"));
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_GatewayEndsTheStreamEarly_OpensItAgain()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        gateway.Stream = (stream, requests, responses, context) =>
            stream == 1 ? Task.CompletedTask : ScriptedGateway.AnswerAllAsync(requests, responses, context);

        var results = await client.IndexAsync(Images(3), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, results.Count);
        Assert.Equal(2, gateway.Calls.Count);
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_StreamBreaksEveryTime_FailsAfterTheLastAttempt()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient(options => options with { MaxAttempts = 3 });
        gateway.Stream = (_, _, _, _) => throw new DelgException(StatusCode.Unavailable, ErrorReason.DependencyUnavailable, "Away.").ToRpcException();

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await client.IndexAsync(Images(3), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));

        Assert.Equal(ErrorReason.DependencyUnavailable, failure.ToDelgException().Reason);
        Assert.Equal(3, gateway.Calls.Count);
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_StreamRefused_FailsAtOnce()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        gateway.Stream = (_, _, _, _) => throw new RpcException(new Status(StatusCode.Unauthenticated, "Who are you?"));

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await client.IndexAsync(Images(3), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Single(gateway.Calls);
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_OneImageRefused_SendsItAgainWhereThatHelps()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        var seen = new ConcurrentQueue<string>();
        gateway.Stream = async (_, requests, responses, context) =>
        {
            await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            {
                var id = request.Image.ImageId;
                seen.Enqueue(id);
                await responses.WriteAsync((id, seen.Count(other => other == id)) switch
                {
                    ("i1", < 3) => Failed(id, StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull),
                    ("i2", _) => Failed(id, StatusCode.InvalidArgument, "IMAGE_CORRUPT"),
                    _ => ScriptedGateway.Added(request),
                });
            }
        };

        var results = await client.IndexAsync(Images(4), TestContext.Current.CancellationToken).ToDictionaryAsync(result => result.ImageId, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["", "", "IMAGE_CORRUPT", ""], Enumerable.Range(0, 4).Select(i => results[$"i{i}"].Reason));
        Assert.Equal((3, 1), (seen.Count(id => id == "i1"), seen.Count(id => id == "i2")));
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_SameIdTwice_GivesTwoResults()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();

        var results = await client.IndexAsync(new[] { Image("a"), Image("b"), Image("a") }.ToAsyncEnumerable(), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["a", "a", "b"], results.Select(result => result.ImageId).Order());
    }

    [Theory(Timeout = PatienceMilliseconds)]
    [InlineData(4096, 65536)]
    [InlineData(65536, 4096)]
    public async Task Index_OneImageTooLarge_FailsAloneWhoeverRefusesIt(int clientBytes, int gatewayBytes)
    {
        await using var gateway = await ScriptedGateway.StartAsync(gatewayBytes);
        await using var client = gateway.NewClient(options => options with { MaxMessageBytes = clientBytes });

        var results = await client.IndexAsync(new[] { Image("a"), Image("big", 10_000), Image("b", 100), Image("c") }.ToAsyncEnumerable(), TestContext.Current.CancellationToken)
            .ToDictionaryAsync(result => result.ImageId, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(((int)StatusCode.ResourceExhausted, ErrorReason.RequestTooLarge), (results["big"].Code, results["big"].Reason));
        Assert.All(["a", "b", "c"], id => Assert.Equal(IndexOutcome.Added, results[id].Outcome));
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_SourceFails_GivesTheResultsBeforeAndThenItsFailure()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        var results = new List<string>();

        await Assert.ThrowsAsync<FileNotFoundException>(async () =>
        {
            await foreach (var result in client.IndexAsync(Failing(), TestContext.Current.CancellationToken))
                results.Add(result.ImageId);
        });

        Assert.Equal(["a", "b"], results.Order());

        static async IAsyncEnumerable<IndexImageRequest> Failing()
        {
            yield return Image("a");
            yield return Image("b");
            await Task.Yield();
            throw new FileNotFoundException();
        }
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_CallerStops_EndsTheStreamAndTheSource()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();
        var streamEnded = new TaskCompletionSource();
        var sourceEnded = false;
        gateway.Stream = async (_, requests, responses, context) =>
        {
            using var registration = context.CancellationToken.Register(streamEnded.SetResult);
            await ScriptedGateway.AnswerAllAsync(requests, responses, context);
        };

        await foreach (var _ in client.IndexAsync(Endless(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken))
            break;

        Assert.True(sourceEnded);
        await streamEnded.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        async IAsyncEnumerable<IndexImageRequest> Endless([EnumeratorCancellation] CancellationToken cancellation)
        {
            try
            {
                yield return Image("a");
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                sourceEnded = true;
            }
        }
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Index_NoImages_GivesNothing()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var client = gateway.NewClient();

        Assert.Empty(await client.IndexAsync(AsyncEnumerable.Empty<IndexImageRequest>(), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    private static IAsyncEnumerable<IndexImageRequest> Images(int count) => Enumerable.Range(0, count).Select(i => Image($"i{i}")).ToAsyncEnumerable();

    private static IndexImageRequest Image(string id, int bytes = 1) => new() { ImageId = id, Image = ByteString.CopyFrom(new byte[bytes]) };

    private static IndexImagesResponse Failed(string id, StatusCode code, string reason) => new() { ImageId = id, Code = (int)code, Reason = reason, Message = reason };
}
