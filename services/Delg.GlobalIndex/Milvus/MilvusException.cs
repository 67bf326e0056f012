using Delg.Contracts.Errors;
using Grpc.Core;

namespace Delg.GlobalIndex.Milvus;

/// <summary>A call that Milvus failed, as our callers hear of it.</summary>
internal sealed class MilvusException : DelgException
{
    private const int MaxReasonBytes = 400;

    /// <summary>What a caller is asked to wait before the next try of a call that found Milvus busy.</summary>
    private static readonly TimeSpan _busyDelay = TimeSpan.FromSeconds(1);

    private MilvusException(StatusCode code, string reason, string message, int milvusCode, bool isPassing, Exception? inner)
        : base(code, reason, message, inner)
    {
        MilvusCode = milvusCode;
        IsPassing = isPassing;
        RetryDelay = isPassing ? _busyDelay : null;
        Details = new Dictionary<string, string> { ["milvus_code"] = $"{milvusCode}" };
    }

    /// <summary>Milvus's own number (<see cref="Milvus.MilvusCode"/>); 0: the call did not get so far.</summary>
    public int MilvusCode { get; }

    /// <summary>True when the same call may succeed soon.</summary>
    public bool IsPassing { get; }

    /// <summary>The failure that an answer's status tells.</summary>
    /// <param name="rpc">Name of the call.</param>
    /// <param name="status">Not a success.</param>
    public static MilvusException Of(string rpc, Wire.Status status)
    {
        var milvusCode = Milvus.MilvusCode.Of(status);
        var (code, reason) = milvusCode switch
        {
            Milvus.MilvusCode.CollectionNotFound => (StatusCode.NotFound, ErrorReason.CollectionNotFound),
            Milvus.MilvusCode.InvalidParameter or Milvus.MilvusCode.MissingParameter or Milvus.MilvusCode.ParameterTooLarge =>
                (StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
            Milvus.MilvusCode.ServiceNotReady or Milvus.MilvusCode.ServiceUnavailable or Milvus.MilvusCode.ResourceInsufficient or
                Milvus.MilvusCode.CollectionNotLoaded or Milvus.MilvusCode.CollectionNotFullyLoaded or Milvus.MilvusCode.CollectionRecovering or
                Milvus.MilvusCode.ChannelNotAvailable => (StatusCode.Unavailable, ErrorReason.DependencyUnavailable),
            Milvus.MilvusCode.RequestLimit or Milvus.MilvusCode.RateLimit => (StatusCode.ResourceExhausted, ErrorReason.StoreBusy),
            Milvus.MilvusCode.MemoryLimit or Milvus.MilvusCode.DiskLimit or Milvus.MilvusCode.QuotaDenied =>
                (StatusCode.ResourceExhausted, ErrorReason.StoreFull),
            Milvus.MilvusCode.NotAuthenticated or Milvus.MilvusCode.NotPermitted => (StatusCode.FailedPrecondition, ErrorReason.StoreAccessDenied),
            Milvus.MilvusCode.DatabaseNotFound or Milvus.MilvusCode.Unimplemented => (StatusCode.FailedPrecondition, ErrorReason.StoreUnsuitable),
            _ => status.Retriable ? (StatusCode.Unavailable, ErrorReason.DependencyUnavailable) : (StatusCode.Internal, ErrorReason.Internal),
        };
        return new MilvusException(
            code, reason, $"Milvus failed {rpc}: {ErrorText.Shortened(status.Reason, MaxReasonBytes)} (code {milvusCode}).", milvusCode,
            status.Retriable || Milvus.MilvusCode.IsPassing(milvusCode), inner: null);
    }

    /// <summary>The failure of a call that brought no answer.</summary>
    /// <param name="rpc">Name of the call.</param>
    /// <param name="address">Where the server should be.</param>
    /// <param name="failure">What gRPC said.</param>
    public static MilvusException Of(string rpc, string address, RpcException failure)
    {
        var detail = ErrorText.Shortened(failure.Status.Detail, MaxReasonBytes);
        var (code, reason, message) = failure.StatusCode switch
        {
            StatusCode.Unavailable => (StatusCode.Unavailable, ErrorReason.DependencyUnavailable, $"Milvus at {address} does not answer: {detail}"),
            StatusCode.DeadlineExceeded => (StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded, $"Milvus at {address} took too long over {rpc}."),
            StatusCode.Unauthenticated or StatusCode.PermissionDenied =>
                (StatusCode.FailedPrecondition, ErrorReason.StoreAccessDenied, $"Milvus at {address} does not accept the user, password or token it is given: {detail}"),
            StatusCode.ResourceExhausted => (StatusCode.ResourceExhausted, ErrorReason.StoreBusy, $"Milvus at {address} refuses {rpc}: {detail}"),
            StatusCode.Unimplemented =>
                (StatusCode.FailedPrecondition, ErrorReason.StoreUnsuitable, $"What answers at {address} does not know {rpc}; is it Milvus 2.3 or later?"),
            _ => (StatusCode.Internal, ErrorReason.Internal, $"Milvus at {address} failed {rpc}: {detail}"),
        };
        return new MilvusException(code, reason, message, 0, failure.StatusCode == StatusCode.Unavailable, failure);
    }
}
