using Delg.Contracts.Errors;
using Delg.Gateway.Access;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http.Features;

namespace Delg.Gateway.Admission;

/// <summary>
/// Holds requests to <see cref="RequestBytes"/>: gRPC, gRPC-Web, JSON and forms, from their first byte until they are answered. One whose length is known before is
/// refused before it is read. Streams of requests are not asked here: their messages wait, one by one, where they are worked on. What is passed through is not kept.
/// </summary>
internal sealed partial class RequestBytesGate(RequestDelegate next, RequestBytes bytes, ILogger<RequestBytesGate> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not { } method || IsStream(method.Method.Type))
        {
            await next(context);
            return;
        }

        if (context.Request.ContentLength is { } length && !bytes.HasRoomFor(length))
        {
            var full = bytes.Full();
            LogRefused(context.Request.Path, full.Reason);
            await Refusal.WriteAsync(context, full);
            return;
        }

        using var held = bytes.Begin();
        context.Features.Set(held);
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not null)
            context.Request.Body = new CountedBody(context.Request.BodyReader, held, refused => refused).AsStream();
        else
            // What fails while gRPC reads is seen by no interceptor.
            context.Features.Set<IRequestBodyPipeFeature>(new CountedBody(context.Request.BodyReader, held, refused => refused.ToRpcException()));
        await next(context);
        if (held.Refusal is { } refusal)
            LogRefused(context.Request.Path, refusal.Reason);
    }

    private static bool IsStream(MethodType type) => type is MethodType.ClientStreaming or MethodType.DuplexStreaming;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Path} refused: {Reason}")]
    private partial void LogRefused(string path, string reason);
}
