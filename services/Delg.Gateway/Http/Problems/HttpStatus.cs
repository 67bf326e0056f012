using Delg.Contracts.Errors;
using Grpc.Core;

namespace Delg.Gateway.Http.Problems;

/// <summary>HTTP's status for a failure: as google.rpc.Code lists them, with HTTP's own word where it has a better one.</summary>
internal static class HttpStatus
{
    public static int Of(DelgException failure) => failure.Reason switch
    {
        ErrorReason.RequestTooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorReason.MethodNotFound => StatusCodes.Status404NotFound,
        ErrorReason.StoreFull => StatusCodes.Status507InsufficientStorage,
        ErrorReason.StoreAccessDenied => StatusCodes.Status503ServiceUnavailable,
        _ => Of(failure.Code),
    };

    private static int Of(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
