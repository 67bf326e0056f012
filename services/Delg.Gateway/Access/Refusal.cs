using System.Globalization;
using Delg.Contracts.Errors;
using Delg.Gateway.Http.Problems;

namespace Delg.Gateway.Access;

/// <summary>A failure as the whole answer to a request that no method has seen: a gRPC status to those who speak gRPC, problem details to others.</summary>
internal static class Refusal
{
    private const string GrpcContentType = "application/grpc";

    /// <summary>Nothing may have been sent yet.</summary>
    public static Task WriteAsync(HttpContext context, DelgException failure)
    {
        // gRPC-Web's were renamed on the way here.
        if (context.Request.ContentType?.StartsWith(GrpcContentType, StringComparison.OrdinalIgnoreCase) != true)
            return Problem.WriteAsync(context.Response, failure);
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = GrpcContentType;
        context.Response.AppendTrailer("grpc-status", ((int)failure.Code).ToString(CultureInfo.InvariantCulture));
        context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(failure.Message));
        foreach (var detail in failure.ToRpcException().Trailers)
            context.Response.AppendTrailer(detail.Key, detail.IsBinary ? Convert.ToBase64String(detail.ValueBytes) : detail.Value);
        return Task.CompletedTask;
    }
}
