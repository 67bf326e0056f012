using Delg.Contracts.Errors;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Admission;

/// <summary>
/// Counts the bytes of all requests that are being received or worked on, and lets in no more than the option says. A request alone is let in whatever it has: what
/// one may have is bounded elsewhere. Each replica of the gateway counts for itself.
/// </summary>
internal sealed class RequestBytes(IOptions<GatewayOptions> options)
{
    /// <summary>A request of no more bytes is not counted: questions, removals and health probes go through however many photos there are.</summary>
    public const int UncountedBytes = 64 * 1024;

    private readonly Lock _turn = new();
    private long _held;
    private TaskCompletionSource _left = NewSignal();

    /// <summary>Bytes counted now.</summary>
    public long Held
    {
        get
        {
            lock (_turn)
                return _held;
        }
    }

    /// <summary>Begins the count of one request, which ends when the result is disposed.</summary>
    public HeldBytes Begin() => new(this);

    /// <summary>Of a request of so many bytes, those that are counted: all or none.</summary>
    public static long CountedOf(long bytes) => bytes <= UncountedBytes ? 0 : bytes;

    /// <summary>Whether a request of so many bytes would be let in.</summary>
    public bool HasRoomFor(long bytes)
    {
        lock (_turn)
            return IsRoomFor(CountedOf(bytes), own: 0);
    }

    /// <summary>The refusal of a request that is one too many.</summary>
    public DelgException Full() => new(
        StatusCode.ResourceExhausted, ErrorReason.GatewayBusy, $"The gateway is working on requests of {options.Value.MaxRequestBytesInFlight} bytes, the most that it takes at a time.")
    {
        RetryDelay = TimeSpan.FromSeconds(options.Value.BusyRetrySeconds),
        Details = new Dictionary<string, string> { ["max_bytes_in_flight"] = $"{options.Value.MaxRequestBytesInFlight}" },
    };

    /// <summary>Counts more bytes of a request. Returns false, and counts nothing, where there is no room.</summary>
    /// <param name="bytes">How many more.</param>
    /// <param name="own">Those of the same request counted before.</param>
    public bool TryTake(long bytes, long own)
    {
        lock (_turn)
        {
            if (!IsRoomFor(bytes, own))
                return false;
            _held += bytes;
            return true;
        }
    }

    /// <summary>Counts a request of so many bytes as soon as there is room. Returns how many are counted, for <see cref="Leave"/>.</summary>
    public async Task<long> WaitAsync(long bytes, CancellationToken cancellation)
    {
        var counted = CountedOf(bytes);
        while (true)
        {
            Task left;
            lock (_turn)
            {
                if (IsRoomFor(counted, own: 0))
                {
                    _held += counted;
                    return counted;
                }

                left = _left.Task;
            }

            await left.WaitAsync(cancellation);
        }
    }

    /// <summary>Counts bytes no longer.</summary>
    public void Leave(long bytes)
    {
        if (bytes == 0)
            return;
        TaskCompletionSource left;
        lock (_turn)
        {
            _held -= bytes;
            (left, _left) = (_left, NewSignal());
        }

        left.SetResult();
    }

    private bool IsRoomFor(long bytes, long own) => bytes == 0 || _held == own || _held + bytes <= options.Value.MaxRequestBytesInFlight;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
