using Delg.Contracts.Errors;
using Delg.Extractor.Queueing;
using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Extractor.Tests;

public class ExtractionQueueTests
{
    [Fact]
    public void TakePlace_Full_IsRefusedWithATimeToWait()
    {
        var queue = Queue(capacity: 2);
        queue.TakePlace();
        queue.TakePlace();

        var failure = Assert.Throws<DelgException>(() => queue.TakePlace());

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull), (failure.Code, failure.Reason));
        Assert.Equal(TimeSpan.FromSeconds(0.5), failure.RetryDelay);
    }

    [Fact]
    public void TakePlace_GivenBackTwice_CountsOnce()
    {
        var queue = Queue(capacity: 2);
        var place = queue.TakePlace();
        queue.TakePlace();

        place.Dispose();
        place.Dispose();

        Assert.Equal(1, queue.Pending);
    }

    [Fact]
    public void Take_QueriesAndIngest_GivesQueriesFirstEachInOrder()
    {
        var queue = Queue();
        foreach (var (width, priority) in new[] { (1, Ingest), (2, Query), (3, Ingest), (4, Query), (5, ExtractionPriority.Unspecified) })
            queue.Enter(Job(width, priority));

        Assert.Equal([2, 4, 5, 1, 3], Enumerable.Range(0, 5).Select(_ => queue.Take()!.Picture.Width));
    }

    [Fact]
    public async Task Enter_CallerGoesAway_LeavesTheQueueAtOnce()
    {
        var queue = Queue();
        using var cancellation = new CancellationTokenSource();
        var left = false;
        var job = Job(1, Query, cancellation: cancellation.Token, leftQueue: () => left = true);
        queue.Enter(job);
        queue.Enter(Job(2, Query));

        await cancellation.CancelAsync();

        Assert.True(left);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.Result);
        Assert.Equal(2, queue.Take()!.Picture.Width);
    }

    [Fact]
    public async Task Enter_CallerGoneAlready_NeverReachesTheNetwork()
    {
        var queue = Queue();
        var job = Job(1, Query, cancellation: new CancellationToken(canceled: true));

        queue.Enter(job);
        queue.Close();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.Result);
        Assert.Null(queue.Take());
    }

    [Fact]
    public async Task EndIfAbandoned_DeadlinePassed_EndsWithDeadlineExceeded()
    {
        var now = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var late = Job(1, Query, deadline: now);
        var inTime = Job(1, Query, deadline: now.AddSeconds(1));

        Assert.True(late.EndIfAbandoned(now));
        Assert.False(inTime.EndIfAbandoned(now));

        var failure = await Assert.ThrowsAsync<DelgException>(() => late.Result);
        Assert.Equal(StatusCode.DeadlineExceeded, failure.Code);
        Assert.False(inTime.Result.IsCompleted);
    }

    [Fact]
    public void Close_JobsInside_AreStillHandedOut()
    {
        var queue = Queue();
        queue.Enter(Job(1, Query));

        queue.Close();

        Assert.Equal(1, queue.Take()!.Picture.Width);
        Assert.Null(queue.Take());
        Assert.Equal(StatusCode.Unavailable, Assert.Throws<DelgException>(() => queue.Enter(Job(2, Query))).Code);
    }

    [Fact]
    public async Task Clear_JobsInside_EndUnavailable()
    {
        var queue = Queue();
        var left = false;
        var job = Job(1, Ingest, leftQueue: () => left = true);
        queue.Enter(job);

        queue.Clear();

        Assert.True(left);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<DelgException>(() => job.Result)).Code);
    }

    private const ExtractionPriority Query = ExtractionPriority.Query;
    private const ExtractionPriority Ingest = ExtractionPriority.Ingest;

    private static ExtractionQueue Queue(int capacity = 64) => new(Options.Create(new ExtractorOptions { QueueCapacity = capacity }));

    private static ExtractionJob Job(
        int width, ExtractionPriority priority, DateTime? deadline = null, Action? leftQueue = null, CancellationToken cancellation = default) =>
        new(new RgbImage(width, 1), new FeatureRequest(), priority, deadline ?? DateTime.MaxValue, cancellation) { LeftQueue = leftQueue };
}
