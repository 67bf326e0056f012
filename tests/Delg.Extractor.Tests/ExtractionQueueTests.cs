using Delg.Contracts.Errors;
using Delg.Extractor.Queueing;
using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.Model.Network;
using Delg.Model.Weights;
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
        queue.TakePlace(Query, left: null);
        queue.TakePlace(Query, left: null);

        var failure = Assert.Throws<DelgException>(() => queue.TakePlace(Query, left: null));

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull), (failure.Code, failure.Reason));
        Assert.Equal(TimeSpan.FromSeconds(0.5), failure.RetryDelay);
    }

    [Theory]
    // Two wait and one is in the network: the fourth is done after 4 s, and a quarter is kept in reserve.
    [InlineData(5.1, true)]
    [InlineData(4.9, false)]
    public void TakePlace_DeadlineWouldPassInTheQueue_IsRefused(double left, bool isTaken)
    {
        var queue = Busy(Query, waiting: 2);

        var failure = Record.Exception(() => queue.TakePlace(Query, TimeSpan.FromSeconds(left)));

        if (isTaken)
            Assert.Null(failure);
        else
            Assert.Equal(ErrorReason.ExtractorQueueFull, Assert.IsType<DelgException>(failure).Reason);
        Assert.Equal(isTaken ? 3 : 2, queue.Pending);
    }

    [Fact]
    public void TakePlace_IngestWaits_CountsForIngestOnly()
    {
        var queue = Busy(Ingest, waiting: 5);

        queue.TakePlace(Query, TimeSpan.FromSeconds(3));

        Assert.Throws<DelgException>(() => queue.TakePlace(Ingest, TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void TakePlace_NothingGoesBefore_IsTakenHoweverShortItsDeadline()
    {
        var queue = Queue();
        queue.Ran(TimeSpan.FromSeconds(1), images: 1);

        queue.TakePlace(Query, TimeSpan.FromMilliseconds(1));

        Assert.Throws<DelgException>(() => queue.TakePlace(Query, TimeSpan.FromMilliseconds(1)));
        queue.TakePlace(Query, left: null);
        Assert.Equal(2, queue.Pending);
    }

    [Fact]
    public void TakePlace_RefuseLateOff_IsTakenWhileThereIsRoom()
    {
        var queue = Busy(Query, waiting: 2, refuseLate: false);

        queue.TakePlace(Query, TimeSpan.FromMilliseconds(1));

        Assert.Equal(3, queue.Pending);
    }

    [Fact]
    public void TakePlace_GivenBackTwice_CountsOnce()
    {
        var queue = Queue(capacity: 2);
        var place = queue.TakePlace(Query, left: null);
        queue.TakePlace(Query, left: null);

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

        Assert.Equal([2, 4, 5, 1, 3], Enumerable.Range(0, 5).Select(_ => Next(queue)));
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
        Assert.Equal(2, Next(queue));
    }

    [Fact]
    public async Task Enter_CallerGoneAlready_NeverReachesTheNetwork()
    {
        var queue = Queue();
        var job = Job(1, Query, cancellation: new CancellationToken(canceled: true));

        queue.Enter(job);
        queue.Close();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.Result);
        Assert.Empty(queue.Take(1));
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

        Assert.Equal(1, Next(queue));
        Assert.Empty(queue.Take(1));
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

    [Fact]
    public void Take_SeveralOfOneSize_GivesThemTogetherInOrderAndLeavesTheRest()
    {
        var queue = Queue();
        foreach (var width in new[] { 20, 30, 20, 20, 20 })
            queue.Enter(Job(width, Query));
        queue.Enter(Job(20, Ingest));

        Assert.Equal([20, 20, 20], queue.Take(3).Select(job => job.Picture.PictureWidth));
        Assert.Equal([30], queue.Take(3).Select(job => job.Picture.PictureWidth));
        // A query's pass takes no ingest along: it would make the query wait for it.
        Assert.Equal([Query], queue.Take(3).Select(job => job.Priority));
        Assert.Equal([Ingest], queue.Take(3).Select(job => job.Priority));
    }

    [Fact]
    public void Take_OtherKindsWanted_RunApart()
    {
        var queue = Queue();
        queue.Enter(Job(20, Query));
        queue.Enter(Job(20, Query, kinds: DescriptorKinds.Global));

        Assert.Single(queue.Take(2));
        Assert.Single(queue.Take(2));
    }

    [Fact]
    public async Task Take_DelayAllowed_WaitsForTheBatchToFill()
    {
        var queue = Queue(maxBatchDelayMilliseconds: 10_000);
        queue.Enter(Job(20, Query));
        var taking = Task.Run(() => queue.Take(2), TestContext.Current.CancellationToken);

        queue.Enter(Job(20, Query));

        Assert.Equal(2, (await taking).Count);
    }

    [Fact]
    public async Task Take_QueryComesWhileIngestWaitsToBeFilled_QueryGoesFirst()
    {
        var queue = Queue(maxBatchDelayMilliseconds: 60_000);
        queue.Enter(Job(20, Ingest));
        var taking = Task.Run(() => queue.Take(2), TestContext.Current.CancellationToken);

        queue.Enter(Job(30, Query));
        // Ends the wait, which would go on for a minute.
        queue.Close();

        Assert.Equal(Query, Assert.Single(await taking).Priority);
        Assert.Equal(Ingest, Assert.Single(queue.Take(2)).Priority);
    }

    [Fact]
    public void Take_QueueClosed_DoesNotWaitForTheBatchToFill()
    {
        var queue = Queue(maxBatchDelayMilliseconds: 10_000);
        queue.Enter(Job(20, Query));
        queue.Close();

        Assert.Single(queue.Take(2));
    }

    [Theory]
    [InlineData(2, "QQIQQIQQ")]
    [InlineData(3, "QQQIQQQI")]
    [InlineData(0, "QQQQQQQQ")]
    public void Take_QueriesKeepComing_LetsOneIngestThroughAfterSoMany(int queriesPerIngest, string expected)
    {
        var queue = Queue(queriesPerIngest: queriesPerIngest);
        for (var i = 0; i < 8; i++)
        {
            queue.Enter(Job(20, Query));
            queue.Enter(Job(20, Ingest));
        }

        var taken = string.Concat(Enumerable.Range(0, 8).Select(_ => queue.Take(1)[0].Priority == Ingest ? 'I' : 'Q'));

        Assert.Equal(expected, taken);
    }

    [Fact]
    public void Take_QueriesBeforeAnyIngestWaited_DoNotCount()
    {
        var queue = Queue(queriesPerIngest: 2);
        for (var i = 0; i < 5; i++)
            queue.Enter(Job(20, Query));
        queue.Take(1);
        queue.Take(1);
        queue.Enter(Job(20, Ingest));

        Assert.Equal([Query, Query, Ingest, Query], Enumerable.Range(0, 4).Select(_ => queue.Take(1)[0].Priority));
    }

    private const ExtractionPriority Query = ExtractionPriority.Query;
    private const ExtractionPriority Ingest = ExtractionPriority.Ingest;

    private static readonly ModelManifest _manifest = new() { Name = "fake", Layout = ModelLayout.Torchvision };

    private static ExtractionQueue Queue(int capacity = 64, int maxBatchDelayMilliseconds = 0, int queriesPerIngest = 16, bool refuseLate = true) => new(Options.Create(
        new ExtractorOptions
        {
            QueueCapacity = capacity,
            MaxBatchDelayMilliseconds = maxBatchDelayMilliseconds,
            QueriesPerIngest = queriesPerIngest,
            RefuseLate = refuseLate,
        }));

    /// <summary>A queue whose network takes a second for an image, has one, and so many wait for it.</summary>
    private static ExtractionQueue Busy(ExtractionPriority priority, int waiting, bool refuseLate = true)
    {
        var queue = Queue(refuseLate: refuseLate);
        queue.Ran(TimeSpan.FromSeconds(2), images: 2);
        queue.Enter(Job(1, priority));
        queue.Take(1);
        for (var i = 0; i < waiting; i++)
            queue.TakePlace(priority, left: null);
        return queue;
    }

    private static int Next(ExtractionQueue queue) => Assert.Single(queue.Take(1)).Picture.PictureWidth;

    private static ExtractionJob Job(
        int width,
        ExtractionPriority priority,
        DateTime? deadline = null,
        Action? leftQueue = null,
        DescriptorKinds kinds = DescriptorKinds.Both,
        CancellationToken cancellation = default) =>
        new(PreparedPicture.Of(new RgbImage(width, 10), new FeatureRequest { Kinds = kinds }, _manifest), priority, deadline ?? DateTime.MaxValue, cancellation)
        {
            LeftQueue = leftQueue,
        };
}
