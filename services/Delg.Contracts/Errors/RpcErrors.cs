using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Delg.Contracts.Errors;

/// <summary>The wire form of failures: to and from google.rpc.Status.</summary>
public static class RpcErrors
{
    /// <summary>The failure as an RpcException that carries google.rpc.Status with ErrorInfo, BadRequest and RetryInfo.</summary>
    public static RpcException ToRpcException(this DelgException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var info = new ErrorInfo { Domain = ErrorReason.Domain, Reason = failure.Reason };
        foreach (var (name, value) in failure.Details)
            info.Metadata.Add(name, value);
        var status = new Google.Rpc.Status { Code = (int)failure.Code, Message = failure.Message, Details = { Any.Pack(info) } };
        if (failure.Violations.Count > 0)
        {
            var badRequest = new BadRequest();
            badRequest.FieldViolations.AddRange(failure.Violations.Select(v => new BadRequest.Types.FieldViolation { Field = v.Field, Description = v.Description }));
            status.Details.Add(Any.Pack(badRequest));
        }

        if (failure.RetryDelay is { } delay)
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        return status.ToRpcException();
    }

    /// <summary>
    /// The failure behind an RpcException: with its reason, details and violations where the other side sent them, with a reason made
    /// of the status code where it did not.
    /// </summary>
    public static DelgException ToDelgException(this RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var status = exception.GetRpcStatus();
        var info = status?.GetDetail<ErrorInfo>();
        var violations = status?.GetDetail<BadRequest>()?.FieldViolations ?? [];
        return new DelgException(exception.StatusCode, info?.Reason ?? ReasonOf(exception.StatusCode), exception.Status.Detail, exception)
        {
            Details = info is null ? new Dictionary<string, string>() : new Dictionary<string, string>(info.Metadata),
            Violations = [.. violations.Select(v => new FieldViolation(v.Field, v.Description))],
            RetryDelay = status?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
        };
    }

    private static string ReasonOf(StatusCode code) => code switch
    {
        StatusCode.Cancelled => ErrorReason.Cancelled,
        StatusCode.DeadlineExceeded => ErrorReason.DeadlineExceeded,
        StatusCode.Unavailable => ErrorReason.DependencyUnavailable,
        StatusCode.InvalidArgument => ErrorReason.FieldInvalid,
        // A limit that something in between, or the client's own channel, sets to a message: the services say theirs themselves.
        StatusCode.ResourceExhausted => ErrorReason.RequestTooLarge,
        StatusCode.Unimplemented => ErrorReason.MethodNotFound,
        _ => ErrorReason.Internal,
    };
}
