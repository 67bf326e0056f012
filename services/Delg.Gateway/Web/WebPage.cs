using Delg.Gateway.Http;
using Delg.Gateway.Http.OpenApi;
using Delg.V1;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Delg.Gateway.Web;

/// <summary>
/// Serves the page for people: at the root to those who take HTML, its files below <see cref="Root"/>. They are in the assembly, so that every program
/// that runs a gateway has them. To all others the root says in JSON what this is.
/// </summary>
internal static class WebPage
{
    /// <summary>Where the page's own files are; they hold nothing secret.</summary>
    public const string Root = "/web";

    /// <summary>The page loads what the gateway serves and shows pictures it made itself; nothing else, from nowhere else, and in nobody's frame.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Html = "text/html";

    private static readonly EmbeddedFileProvider _files = new(typeof(WebPage).Assembly, $"{typeof(WebPage).Namespace}.Page");

    /// <summary>Before the endpoints are mapped.</summary>
    public static void UseWebPage(this WebApplication app)
    {
        app.UseStaticFiles(new StaticFileOptions { FileProvider = _files, RequestPath = Root, OnPrepareResponse = context => Protect(context.Context.Response) });
        app.MapGet("/", ServeRoot).ExcludeFromDescription().AllowAnonymous();
    }

    private static IResult ServeRoot(HttpContext context, IServer server) =>
        TakesHtml(context.Request) ? Page(context.Response) : Results.Json(Description(server));

    private static IResult Page(HttpResponse response)
    {
        Protect(response);
        return Results.Stream(_files.GetFileInfo("index.html").CreateReadStream(), $"{Html}; charset=utf-8");
    }

    private static void Protect(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        // A new version of the gateway has a new page: it is asked for each time, and unchanged files are not sent again.
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = HeaderNames.Accept;
    }

    private static bool TakesHtml(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(new StringValues([.. request.Headers.Accept]), out var types)
            && types.Any(type => type.MediaType.Equals(Html, StringComparison.OrdinalIgnoreCase) && type.Quality is null or > 0);

    private static object Description(IServer server) => new
    {
        service = "Delg.Micro gateway: image search over gRPC and HTTP",
        grpc = ImageSearchService.Descriptor.FullName,
        grpc_address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(),
        http = HttpBridge.Root,
        openapi = $"/openapi/{ServiceDocument.Name}.json",
        docs = "/docs",
        live = "/livez",
        ready = "/readyz",
    };
}
