using Delg.Contracts.Errors;
using Delg.Gateway.Admission;
using Delg.Gateway.Http.Forms;
using Delg.Gateway.Http.Problems;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Http;

/// <summary>
/// What stands around the methods that JSON transcoding serves: bodies are bounded, forms and bare pictures are turned into the JSON that
/// transcoding reads, and failures are said as problem details.
/// </summary>
internal sealed class HttpBridge(RequestDelegate next, IOptions<GatewayOptions> options)
{
    /// <summary>Everything below this path speaks JSON.</summary>
    public const string Root = "/v1";

    public Task InvokeAsync(HttpContext context)
    {
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>();
        if (method is not null)
            return ServeAsync(context, method);
        var isUnknown = context.GetEndpoint() is not RouteEndpoint && context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal);
        return isUnknown ? ServeUnknownAsync(context) : next(context);
    }

    private async Task ServeAsync(HttpContext context, GrpcJsonTranscodingMetadata method)
    {
        var body = context.Response.Body;
        await using var answer = new HeldBackErrors(context.Response, body);
        context.Response.Body = answer;
        DelgException? failure = null;
        try
        {
            EscapedImageId.Restore(context);
            await ReadAsync(context, method);
        }
        catch (DelgException refused)
        {
            failure = refused;
        }

        var bounded = context.Request.Body as BoundedBody;
        if (failure is null)
        {
            await next(context);
            if (answer.Kept.Length > 0)
                failure = context.Features.Get<HeldBytes>()?.Refusal ?? (bounded?.IsExceeded == true ? BoundedBody.TooLarge(options.Value.MaxHttpBodyBytes) : TranscodedStatus.Parse(answer.Kept));
        }

        context.Response.Body = body;
        if (failure is not null)
            await Problem.WriteAsync(context.Response, failure);
    }

    private async Task ReadAsync(HttpContext context, GrpcJsonTranscodingMetadata method)
    {
        var limit = options.Value.MaxHttpBodyBytes;
        if (context.Request.ContentLength > limit)
            throw BoundedBody.TooLarge(limit);
        context.Request.Body = new BoundedBody(context.Request.Body, limit);
        if (FormBody.IsIn(context.Request, method.MethodDescriptor.InputType))
            await FormBody.TurnIntoJsonAsync(context.Request, method.MethodDescriptor.InputType, context.RequestAborted);
    }

    private async Task ServeUnknownAsync(HttpContext context)
    {
        await next(context);
        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed })
        {
            await Problem.WriteAsync(context.Response, new DelgException(
                StatusCode.Unimplemented, ErrorReason.MethodNotFound, $"There is nothing at {context.Request.Method} {context.Request.Path}; /openapi/v1.json lists what there is."));
        }
    }
}
