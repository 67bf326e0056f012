using Delg.Gateway.Access;
using Delg.Gateway.Admission;
using Delg.Gateway.Http.OpenApi;
using Delg.Gateway.Http.Problems;
using Delg.V1;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace Delg.Gateway.Http;

/// <summary>Registers and maps the ways in that are not gRPC: JSON, forms, gRPC-Web, the document that describes them, and a page to try them.</summary>
internal static class HttpHosting
{
    public static void AddHttp(this IServiceCollection services)
    {
        services.AddGrpc().AddJsonTranscoding();
        // A failure's details can only be written when their types are known.
        services.Configure<GrpcJsonTranscodingOptions>(transcoding => transcoding.TypeRegistry = TranscodedStatus.Details);
        services.AddOpenApi(ServiceDocument.Name, document => document.AddDocumentTransformer(new ServiceDocument(ImageSearchService.Descriptor)));
    }

    /// <summary>Before the endpoints are mapped.</summary>
    public static void UseHttp(this WebApplication app)
    {
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.UseAccess();
        app.UseMiddleware<RequestBytesGate>();
        app.UseMiddleware<HttpBridge>();
        app.MapThumbnails();
        app.MapOpenApi().AllowAnonymous();
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.DocumentTitle = "Delg.Micro image search";
            page.SwaggerEndpoint($"/openapi/{ServiceDocument.Name}.json", ServiceDocument.Name);
        });
    }
}
