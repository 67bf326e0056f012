using System.Security.Cryptography;
using Delg.Cli.Files;
using Delg.Cli.Output;
using Delg.Contracts.Client;
using Delg.Contracts.Errors;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Cli.Index;

/// <summary>
/// Sends pictures to an image search, several at once, and keeps going when one fails. Asks by its hash first whether a picture is there: those that
/// have not changed are not sent.
/// </summary>
/// <param name="client">The image search.</param>
/// <param name="collection">Where the pictures go.</param>
/// <param name="inFlight">Pictures sent at once.</param>
/// <param name="metadata">Keys and values of all of them; null: those of an earlier version stay.</param>
internal sealed class FolderIngest(DelgClient client, string collection, int inFlight, V1.Metadata? metadata = null)
{
    private const string UnreadableReason = "FILE_UNREADABLE";

    /// <summary>Tries for one picture while the server says when there will be room for it, each of several attempts by the client.</summary>
    private const int MaxAttemptsWhenFull = 5;

    /// <summary>Tries for one picture when the server takes too long: it may be busy with others.</summary>
    private const int MaxAttemptsWhenSlow = 3;

    /// <summary>Sends all pictures.</summary>
    /// <exception cref="RpcException">The server went away: the pictures left would all fail alike. What became of those before has been written.</exception>
    public async Task<IngestReport> RunAsync(IReadOnlyList<ImageFile> images, Terminal terminal, CancellationToken cancellation)
    {
        var report = new IngestReport();
        try
        {
            await SendAllAsync(images, report, terminal, cancellation);
            return report;
        }
        catch (RpcException)
        {
            report.WriteFailures(terminal);
            terminal.WriteProgressLine($"{report.Images} of {images.Count} pictures: {report.InWords()}. The same command goes on where this one ended.");
            throw;
        }
    }

    private async Task SendAllAsync(IReadOnlyList<ImageFile> images, IngestReport report, Terminal terminal, CancellationToken cancellation) =>
        await WorkProgress.TrackAsync(terminal, "Indexing", images.Count, advance => Parallel.ForEachAsync(
            images,
            new ParallelOptions { MaxDegreeOfParallelism = inFlight, CancellationToken = cancellation },
            async (image, stop) =>
            {
                await SendAsync(image, report, stop);
                advance();
            }));

    private async Task SendAsync(ImageFile image, IngestReport report, CancellationToken cancellation)
    {
        try
        {
            var bytes = await File.ReadAllBytesAsync(image.Path, cancellation);
            var hash = UnsafeByteOperations.UnsafeWrap(SHA256.HashData(bytes));
            var request = new IndexImageRequest { Collection = collection, ImageId = image.Id, ContentHash = hash, Metadata = metadata };
            var done = await SendAsync(request, cancellation);
            if (done.Outcome == IndexOutcome.ImageNeeded)
            {
                request.Image = UnsafeByteOperations.UnsafeWrap(bytes);
                done = await SendAsync(request, cancellation);
            }

            report.Add(done);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            report.Add(new IngestFailure(image.Id, UnreadableReason, failure.Message));
        }
        catch (RpcException failure) when (failure.StatusCode is not (StatusCode.Unavailable or StatusCode.Cancelled))
        {
            var refused = failure.ToDelgException();
            report.Add(new IngestFailure(image.Id, refused.Reason, refused.Message));
        }
    }

    private async Task<IndexImageResponse> SendAsync(IndexImageRequest request, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await client.IndexAsync(request, cancellation);
            }
            catch (RpcException failure) when (attempt < MaxAttemptsWhenSlow && failure.StatusCode == StatusCode.DeadlineExceeded)
            {
                // Indexing is idempotent: the same picture again does no harm.
            }
            catch (RpcException failure) when (attempt < MaxAttemptsWhenFull && failure.StatusCode == StatusCode.ResourceExhausted)
            {
                var refused = failure.ToDelgException();
                // Full for now, or asked too often; without a time to wait it is full for good.
                if (refused.RetryDelay is not { } pause)
                    throw;
                await Task.Delay(pause, cancellation);
            }
        }
    }
}
