using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Delg.Contracts.Errors;
using Delg.V1;
using Grpc.Core;

namespace Delg.Contracts.Client;

/// <summary>
/// Indexes many images over one stream, a bounded number in flight. A stream that breaks is opened again, and the images without a result are sent
/// again: indexing the same image twice does no harm.
/// </summary>
internal sealed class ImageIngest(ImageSearchService.ImageSearchServiceClient service, RetryPolicy retry, DelgClientOptions options)
{
    /// <summary>Room for what a message holds besides its image request.</summary>
    private const int EnvelopeBytes = 16;

    /// <summary>One result for each image, as they come. A failure of <paramref name="images"/> is thrown after the results of those before it.</summary>
    /// <exception cref="RpcException">The gateway stays away, or refuses the stream as a whole.</exception>
    public async IAsyncEnumerable<IndexImagesResponse> RunAsync(IAsyncEnumerable<IndexImageRequest> images, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var flight = new IngestFlight(options.ImagesInFlight);
        var results = Channel.CreateUnbounded<IndexImagesResponse>();
        var reading = ReadAsync(images, flight, results.Writer, stop.Token);
        var exchanging = ExchangeAsync(flight, results.Writer, stop.Token);
        try
        {
            await foreach (var result in results.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                flight.MakeRoom();
                yield return result;
            }

            await reading.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            // Nobody reads the caller's images once this has returned.
            await Task.WhenAll(reading, exchanging).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(IAsyncEnumerable<IndexImageRequest> images, IngestFlight flight, ChannelWriter<IndexImagesResponse> results, CancellationToken stop)
    {
        try
        {
            await flight.WaitForRoomAsync(stop).ConfigureAwait(false);
            await foreach (var image in images.WithCancellation(stop).ConfigureAwait(false))
            {
                if (image.CalculateSize() is var bytes && bytes > options.MaxMessageBytes - EnvelopeBytes)
                    await results.WriteAsync(TooLarge(image, $"The image's {bytes} bytes are more than this client sends, {options.MaxMessageBytes}."), stop).ConfigureAwait(false);
                else
                    await flight.AddAsync(image, stop).ConfigureAwait(false);
                await flight.WaitForRoomAsync(stop).ConfigureAwait(false);
            }
        }
        finally
        {
            flight.End();
        }
    }

    /// <summary>Opens streams until all images have their results; then, or when that is hopeless, completes the results.</summary>
    private async Task ExchangeAsync(IngestFlight flight, ChannelWriter<IndexImagesResponse> results, CancellationToken stop)
    {
        try
        {
            for (var failures = 0; !flight.IsDone;)
            {
                var (broken, answers) = await ExchangeOnceAsync(flight, results, stop).ConfigureAwait(false);
                if (broken is null)
                    continue;
                failures = answers > 0 ? 1 : failures + 1;
                if (broken.ToDelgException() is { Reason: ErrorReason.RequestTooLarge } refusal && flight.FindLargest() is { } largest)
                {
                    // The gateway does not say which one it refused; if any was too large for it, the largest was.
                    await results.WriteAsync(TooLarge(largest.Request, refusal.Message), stop).ConfigureAwait(false);
                    flight.Settle(largest);
                }
                else if (failures >= retry.MaxAttempts || !IsPassing(broken))
                {
                    throw broken;
                }

                await Task.Delay(retry.DelayAfter(failures, broken.ToDelgException().RetryDelay), stop).ConfigureAwait(false);
                flight.SendAgain();
            }

            results.Complete();
        }
        catch (Exception failure)
        {
            results.Complete(failure);
        }
    }

    /// <summary>One stream, from its opening to its end.</summary>
    /// <returns>What broke it, null when all is done; and how many results it gave.</returns>
    private async Task<(RpcException? Broken, int Answers)> ExchangeOnceAsync(IngestFlight flight, ChannelWriter<IndexImagesResponse> results, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var call = service.IndexImages(cancellationToken: stop);
        var sending = SendAsync(call.RequestStream, flight, over.Token);
        var answers = 0;
        try
        {
            while (await call.ResponseStream.MoveNext(stop).ConfigureAwait(false))
            {
                answers++;
                await TakeAsync(call.ResponseStream.Current, flight, results, stop).ConfigureAwait(false);
            }

            return (flight.IsDone ? null : new RpcException(new Status(StatusCode.Unavailable, "The gateway ended the stream before all images had their results.")), answers);
        }
        catch (RpcException broken) when (!stop.IsCancellationRequested)
        {
            return (broken, answers);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SendAsync(IClientStreamWriter<IndexImagesRequest> requests, IngestFlight flight, CancellationToken over)
    {
        // A stream that breaks fails here too; the end that reads knows why.
        await foreach (var flying in flight.Unsent.ReadAllAsync(over).ConfigureAwait(false))
        {
            flight.MarkSent(flying);
            await requests.WriteAsync(new IndexImagesRequest { Image = flying.Request }, over).ConfigureAwait(false);
        }

        await requests.CompleteAsync().ConfigureAwait(false);
    }

    private async Task TakeAsync(IndexImagesResponse answer, IngestFlight flight, ChannelWriter<IndexImagesResponse> results, CancellationToken stop)
    {
        if (flight.Find(answer.ImageId) is not { } flying)
            return;
        if (RetryPolicy.IsTransient((StatusCode)answer.Code, answer.Reason) && flight.MarkRefused(flying) is var refusals && refusals < retry.MaxAttempts)
        {
            _ = SendLaterAsync(flying, refusals, flight, stop);
            return;
        }

        await results.WriteAsync(answer, stop).ConfigureAwait(false);
        flight.Settle(flying);
    }

    /// <summary>The others go on meanwhile.</summary>
    private async Task SendLaterAsync(IngestFlight.Flying flying, int refusals, IngestFlight flight, CancellationToken stop)
    {
        await Task.Delay(retry.DelayAfter(refusals, null), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
            flight.SendAgain(flying);
    }

    /// <summary>A connection that was cut is seen as one of these; what the gateway has a reason for is meant.</summary>
    private static bool IsPassing(RpcException failure) =>
        RetryPolicy.IsTransient(failure) ||
        (failure.StatusCode is StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown && failure.GetRpcStatus() is null);

    private static IndexImagesResponse TooLarge(IndexImageRequest image, string message) => new()
    {
        ImageId = image.ImageId,
        Code = (int)StatusCode.ResourceExhausted,
        Reason = ErrorReason.RequestTooLarge,
        Message = message,
    };
}
