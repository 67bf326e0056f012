using System.Globalization;
using Delg.Contracts.Errors;
using Delg.ServiceDefaults.Hosting;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Errors;

/// <summary>
/// Gives the refusal of a message that is too large the form of every other failure. gRPC refuses it while it reads, before any interceptor is asked, with
/// RESOURCE_EXHAUSTED alone; here the reason and the limit are added.
/// </summary>
internal sealed class MessageLimitStatus(RequestDelegate next, IOptions<ServiceListenOptions> options)
{
    private const string StatusName = "grpc-status";
    private const string MessageName = "grpc-message";
    private const string DetailsName = "grpc-status-details-bin";

    private static readonly string _resourceExhausted = ((int)StatusCode.ResourceExhausted).ToString(CultureInfo.InvariantCulture);

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        // Calls that are passed through bring their own service's answer.
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is null)
            return;
        // Every other RESOURCE_EXHAUSTED of ours has details.
        var trailers = context.Response.HasStarted ? context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers : context.Response.Headers;
        if (trailers is null || trailers[StatusName] != _resourceExhausted || trailers.ContainsKey(DetailsName))
            return;
        var limit = options.Value.MaxMessageBytes;
        var refusal = new DelgException(StatusCode.ResourceExhausted, ErrorReason.RequestTooLarge, $"A message of the request has more than {limit} bytes, the most that is taken.")
        {
            Details = new Dictionary<string, string> { ["max_bytes"] = limit.ToString(CultureInfo.InvariantCulture) },
        }.ToRpcException();
        trailers[MessageName] = refusal.Status.Detail;
        trailers[DetailsName] = Convert.ToBase64String(refusal.Trailers.GetValueBytes(DetailsName) ?? []);
    }
}
