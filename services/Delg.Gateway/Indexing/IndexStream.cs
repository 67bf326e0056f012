using System.Runtime.CompilerServices;
using Delg.Contracts.Errors;
using Delg.Gateway.Admission;
using Delg.Gateway.Backends;
using Delg.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Indexing;

/// <summary>
/// Indexes a stream of images, so many at a time: the next one is read when there is room for it. Each gets one result, as it is done; a
/// failed one does not end the stream.
/// </summary>
internal sealed partial class IndexStream(ImageIndexing indexing, RequestBytes bytes, IOptions<GatewayOptions> options, ILogger<IndexStream> logger)
{
    private static readonly TimeSpan _shortestWait = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(IAsyncStreamReader<IndexImagesRequest> requests, IServerStreamWriter<IndexImagesResponse> responses, CallerContext caller)
    {
        using var turn = new SemaphoreSlim(1);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.IndexImagesInFlight, CancellationToken = caller.Cancellation };
        await Parallel.ForEachAsync(ReadAsync(requests, caller.Cancellation), parallel, async (read, cancellation) =>
        {
            var result = await IndexAsync(read.Image, read.CountedBytes, caller with { Cancellation = cancellation });
            await turn.WaitAsync(cancellation);
            try
            {
                await responses.WriteAsync(result, cancellation);
            }
            finally
            {
                turn.Release();
            }
        });
    }

    /// <summary>The images, each when there is room for its bytes: a stream waits where a call of its own would be refused.</summary>
    private async IAsyncEnumerable<(IndexImageRequest Image, long CountedBytes)> ReadAsync(
        IAsyncStreamReader<IndexImagesRequest> requests, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var request in requests.ReadAllAsync(cancellation))
            yield return (request.Image ?? new IndexImageRequest(), await bytes.WaitAsync(request.CalculateSize(), cancellation));
    }

    private async Task<IndexImagesResponse> IndexAsync(IndexImageRequest image, long countedBytes, CallerContext caller)
    {
        try
        {
            var done = await IndexWhenThereIsRoomAsync(image, caller);
            return new IndexImagesResponse { ImageId = image.ImageId, Outcome = done.Outcome, LocalFeatureCount = done.LocalFeatureCount };
        }
        catch (DelgException failure)
        {
            return Failed(image, failure);
        }
        catch (Exception failure) when (!caller.Cancellation.IsCancellationRequested)
        {
            LogFault(failure);
            return Failed(image, new DelgException(StatusCode.Internal, ErrorReason.Internal, "Something went wrong on the server; its log has the details."));
        }
        finally
        {
            bytes.Leave(countedBytes);
        }
    }

    /// <summary>A stream can wait: a full queue slows it down, where a single call would be refused.</summary>
    private async Task<IndexImageResponse> IndexWhenThereIsRoomAsync(IndexImageRequest image, CallerContext caller)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await indexing.IndexAsync(image, caller);
            }
            catch (DelgException full) when (full.Reason == ErrorReason.ExtractorQueueFull && attempt < options.Value.QueueFullRetries)
            {
                var asked = full.RetryDelay ?? TimeSpan.Zero;
                await Task.Delay(asked > _shortestWait ? asked : _shortestWait, caller.Cancellation);
            }
        }
    }

    private static IndexImagesResponse Failed(IndexImageRequest image, DelgException failure) =>
        new() { ImageId = image.ImageId, Code = (int)failure.Code, Reason = failure.Reason, Message = failure.Message };

    [LoggerMessage(Level = LogLevel.Error, Message = "An image of a stream failed")]
    private partial void LogFault(Exception failure);
}
