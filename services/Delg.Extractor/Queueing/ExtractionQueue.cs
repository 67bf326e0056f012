using System.Diagnostics;
using Delg.Contracts.Errors;
using Delg.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Extractor.Queueing;

/// <summary>
/// What waits for the network, bounded: a request takes its place before its image is decoded, so that a full queue costs nothing. Queries
/// go before ingest, but for the one batch of ingest after so many queries that keeps it from starving; within a lane first come, first
/// served, with those of its size that can share the first one's pass. A job whose caller goes away leaves at once and makes room; one whose
/// deadline would pass in the queue is not let in: else all that wait in a long queue would be done a moment too late.
/// </summary>
internal sealed class ExtractionQueue(IOptions<ExtractorOptions> options)
{
    private readonly object _gate = new();
    private readonly LinkedList<ExtractionJob> _queries = [];
    private readonly LinkedList<ExtractionJob> _ingest = [];
    private readonly ExtractionPace _pace = new();
    private int _pending;
    private int _pendingIngest;
    private int _running;
    private int _queriesSinceIngest;
    private bool _isClosed;

    /// <summary>Places taken: images that wait to be decoded, are decoded, or wait for the network.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Images in their lanes: of those that have a place, the ones that are decoded and wait for the network alone.</summary>
    public int InLanes
    {
        get
        {
            lock (_gate)
                return _queries.Count + _ingest.Count;
        }
    }

    /// <summary>Takes a place; dispose the result to give it back (more than once does no harm).</summary>
    /// <param name="priority">Lane the image will wait in.</param>
    /// <param name="left">Until the caller's deadline; null: there is none.</param>
    /// <exception cref="DelgException">EXTRACTOR_QUEUE_FULL, with the time after which to try again.</exception>
    public IDisposable TakePlace(ExtractionPriority priority, TimeSpan? left)
    {
        var isIngest = priority == ExtractionPriority.Ingest;
        lock (_gate)
        {
            if (_pending >= options.Value.QueueCapacity)
                throw Full($"{options.Value.QueueCapacity} images wait for the extractor already; it takes no more.");
            var ahead = _running + (isIngest ? _pending : _pending - _pendingIngest);
            if (options.Value.RefuseLate && ahead > 0 && left is { } until && _pace.Of(ahead + 1) > until)
                throw Full($"{ahead} images go before this one; its deadline, in {Math.Max(until.TotalSeconds, 0):0.0} s, would pass.");
            _pending++;
            if (isIngest)
                _pendingIngest++;
            return new Place(this, isIngest);
        }
    }

    /// <summary>Tells how long a pass of the network took.</summary>
    public void Ran(TimeSpan inference, int images)
    {
        lock (_gate)
            _pace.Record(inference, images);
    }

    /// <summary>Puts a job into its lane. It leaves again when it is taken, when its caller goes away, or when the queue is cleared.</summary>
    public void Enter(ExtractionJob job)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw Stopping();
            job.Entered = Stopwatch.GetTimestamp();
            job.Node = (job.Priority == ExtractionPriority.Ingest ? _ingest : _queries).AddLast(job);
            Monitor.Pulse(_gate);
        }

        // Outside the gate: a token that is cancelled already calls back from here.
        job.Cancellation.Register(() => Abandon(job));
    }

    /// <summary>
    /// Waits for the next jobs that can share a pass of the network: the one whose turn it is, and the first of its lane that can run with
    /// it. Empty when the queue is closed and empty.
    /// </summary>
    /// <param name="limit">Jobs at most, 1 or more.</param>
    public IReadOnlyList<ExtractionJob> Take(int limit)
    {
        List<ExtractionJob> batch;
        lock (_gate)
        {
            _running = 0;
            while (true)
            {
                var lane = NextLane();
                batch = lane.Count == 0 ? [] : [.. lane.Where(job => job.Picture.CanRunWith(lane.First!.Value.Picture)).Take(limit)];
                if (_isClosed || batch.Count == limit)
                    break;
                if (batch.Count == 0)
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                // What comes while the batch waits to be filled may change whose turn it is.
                var left = TimeSpan.FromMilliseconds(options.Value.MaxBatchDelayMilliseconds) - Stopwatch.GetElapsedTime(batch[0].Entered);
                if (left <= TimeSpan.Zero)
                    break;
                Monitor.Wait(_gate, left);
            }

            CountTurn(batch);
            batch.ForEach(Unlink);
            _running = batch.Count;
        }

        foreach (var job in batch)
            job.LeftQueue?.Invoke();
        return batch;
    }

    /// <summary>Takes no more jobs; those inside are still handed out.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Ends all jobs that still wait.</summary>
    public void Clear()
    {
        List<ExtractionJob> left;
        lock (_gate)
        {
            left = [.. _queries, .. _ingest];
            left.ForEach(Unlink);
        }

        foreach (var job in left)
        {
            job.LeftQueue?.Invoke();
            job.End(Stopping());
        }
    }

    /// <summary>What becomes of jobs when the service ends before they do.</summary>
    public static DelgException Stopping() => new(StatusCode.Unavailable, ErrorReason.DependencyUnavailable, "The extractor is stopping.");

    private void Abandon(ExtractionJob job)
    {
        lock (_gate)
        {
            if (job.Node is null)
                return;
            Unlink(job);
        }

        job.LeftQueue?.Invoke();
        job.EndIfAbandoned(DateTime.UtcNow);
    }

    /// <summary>The lane whose turn it is; an empty one only when both are.</summary>
    private LinkedList<ExtractionJob> NextLane()
    {
        if (_queries.Count == 0)
            return _ingest;
        var isIngestDue = options.Value.QueriesPerIngest > 0 && _queriesSinceIngest >= options.Value.QueriesPerIngest;
        return isIngestDue && _ingest.Count > 0 ? _ingest : _queries;
    }

    /// <summary>Counts the queries that ingest had to wait for.</summary>
    private void CountTurn(List<ExtractionJob> batch)
    {
        if (_ingest.Count == 0 || batch is [{ Priority: ExtractionPriority.Ingest }, ..])
            _queriesSinceIngest = 0;
        else
            _queriesSinceIngest += batch.Count;
    }

    private static void Unlink(ExtractionJob job)
    {
        job.Node!.List!.Remove(job.Node);
        job.Node = null;
    }

    private DelgException Full(string message) =>
        new(StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull, message) { RetryDelay = TimeSpan.FromSeconds(options.Value.RetrySeconds) };

    private void GiveBack(bool isIngest)
    {
        lock (_gate)
        {
            _pending--;
            if (isIngest)
                _pendingIngest--;
        }
    }

    private sealed class Place(ExtractionQueue queue, bool isIngest) : IDisposable
    {
        private int _isGivenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGivenBack, 1) == 0)
                queue.GiveBack(isIngest);
        }
    }
}
