using Delg.Contracts.Errors;
using Grpc.Core;

namespace Delg.Gateway.Http;

/// <summary>The body of a request, up to a limit.</summary>
/// <param name="body">The body as it comes.</param>
/// <param name="limit">Bytes at most.</param>
internal sealed class BoundedBody(Stream body, long limit) : Stream
{
    private long _read;

    /// <summary>Whether the body was longer: whoever read it may have failed for another reason given.</summary>
    public bool IsExceeded => _read > limit;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static DelgException TooLarge(long limit) =>
        new(StatusCode.ResourceExhausted, ErrorReason.RequestTooLarge, $"The body of the request has more than {limit} bytes, the most that is taken.")
        {
            Details = new Dictionary<string, string> { ["max_bytes"] = $"{limit}" },
        };

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        _read += count;
        return IsExceeded ? throw TooLarge(limit) : count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
