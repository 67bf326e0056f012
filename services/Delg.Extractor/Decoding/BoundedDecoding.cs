using Delg.Contracts.Errors;
using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Extractor.Decoding;

/// <summary>
/// Decodes on the callers' threads, so many at a time, and no further ahead of the network than that: a place is held until the network
/// takes the image. Each priority has places of its own, so that waiting ingest never stands before a query.
/// </summary>
internal sealed class BoundedDecoding(IOptions<ExtractorOptions> options) : IDisposable
{
    private readonly ImageDecoder _decoder = new(options.Value.Decode);
    private readonly SemaphoreSlim _queries = new(options.Value.DecodeParallelism);
    private readonly SemaphoreSlim _ingest = new(options.Value.DecodeParallelism);

    /// <summary>Waits for a place; dispose the result to leave it (more than once does no harm).</summary>
    public async Task<IDisposable> EnterAsync(ExtractionPriority priority, CancellationToken cancellation)
    {
        var places = priority == ExtractionPriority.Ingest ? _ingest : _queries;
        await places.WaitAsync(cancellation);
        return new Place(places);
    }

    /// <exception cref="DelgException">INVALID_ARGUMENT with the decoder's reason.</exception>
    public RgbImage Decode(ByteString bytes)
    {
        try
        {
            return _decoder.Decode(bytes.Memory);
        }
        catch (ImageDecodeException failure)
        {
            throw new DelgException(StatusCode.InvalidArgument, failure.Reason, failure.Message, failure) { Violations = [new FieldViolation("image", failure.Message)] };
        }
    }

    public void Dispose()
    {
        _queries.Dispose();
        _ingest.Dispose();
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
                places.Release();
        }
    }
}
