using System.Diagnostics;
using Delg.Contracts.Errors;
using Delg.Model.Extraction;
using Delg.V1;
using Grpc.Core;

namespace Delg.Extractor.Queueing;

/// <summary>One decoded and shrunk image that waits for the network.</summary>
/// <param name="picture">The image, and what is wanted of it.</param>
/// <param name="priority">Its lane.</param>
/// <param name="deadline">UTC; after it nobody waits for the answer.</param>
/// <param name="cancellation">Cancelled when the caller goes away.</param>
internal sealed class ExtractionJob(PreparedPicture picture, ExtractionPriority priority, DateTime deadline, CancellationToken cancellation)
{
    private readonly TaskCompletionSource<ExtractionResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PreparedPicture Picture => picture;

    public ExtractionPriority Priority => priority;

    public CancellationToken Cancellation => cancellation;

    /// <summary>The span of the call, which the worker's thread would not know.</summary>
    public ActivityContext Caller { get; } = Activity.Current?.Context ?? default;

    /// <summary>Called once the job has left the queue, whatever becomes of it.</summary>
    public Action? LeftQueue { get; init; }

    /// <summary>Its place in its lane; held by the queue.</summary>
    public LinkedListNode<ExtractionJob>? Node { get; set; }

    /// <summary>When it entered its lane, as a <see cref="System.Diagnostics.Stopwatch"/> timestamp.</summary>
    public long Entered { get; set; }

    /// <summary>The outcome.</summary>
    public Task<ExtractionResult> Result => _result.Task;

    /// <summary>Ends the job when nobody waits for it any more.</summary>
    public bool EndIfAbandoned(DateTime now)
    {
        if (cancellation.IsCancellationRequested)
            return End(new OperationCanceledException(cancellation));
        return deadline <= now && End(new DelgException(StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded, "The deadline passed in the extractor's queue."));
    }

    public void End(ExtractionResult result) => _result.TrySetResult(result);

    public bool End(Exception failure)
    {
        _result.TrySetException(failure);
        return true;
    }
}
