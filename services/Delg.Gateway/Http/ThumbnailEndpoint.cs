using System.Globalization;
using System.Security.Cryptography;
using Delg.Contracts.Errors;
using Delg.Gateway.Access;
using Delg.Gateway.Backends;
using Delg.Gateway.Http.Problems;
using Delg.Gateway.Indexing;
using Delg.V1;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Delg.Gateway.Http;

/// <summary>Thumbnails as pictures, for pages to show: kept by the browser, which asks again whether it is still the same.</summary>
internal static class ThumbnailEndpoint
{
    /// <summary>What is served.</summary>
    public const string MediaType = "image/jpeg";

    /// <summary>Where, in the words of the OpenAPI document.</summary>
    public const string Path = $"{HttpBridge.Root}/collections/{{collection}}/images/{{image_id}}{Verb}";

    private const string Verb = ":thumbnail";

    // Long enough for a page of hits to be looked at; an image that is indexed again soon shows.
    private static readonly TimeSpan _freshness = TimeSpan.FromMinutes(1);

    public static void MapThumbnails(this WebApplication app) =>
        app.MapGet($"{HttpBridge.Root}/collections/{{collection}}/images/{{**image_id:regex({Verb}$)}}", ServeAsync)
            // Its template would be taken for the one of GetImage.
            .ExcludeFromDescription();

    private static async Task ServeAsync(HttpContext context, ImageRecords records, ImageCollections collections)
    {
        try
        {
            EscapedImageId.Restore(context);
            var (collection, imageId) = (Value(context, "collection"), Value(context, "image_id"));
            AccessRules.Demand(AccessGate.CallerOf(context), AccessRules.RoleOf(nameof(ImageSearchService.ImageSearchServiceClient.GetImageThumbnail)), collections.NameOrDefault(collection));
            var caller = new CallerContext(DateTime.MaxValue, context.RequestAborted);
            var thumbnail = await records.ThumbnailAsync(collection, imageId[..^Verb.Length], caller);
            context.Response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"private, max-age={_freshness.TotalSeconds}");
            context.Response.Headers.XContentTypeOptions = "nosniff";
            var tag = new EntityTagHeaderValue(new StringSegment($"\"{Convert.ToHexStringLower(SHA256.HashData(thumbnail.Span))[..32]}\""));
            await Results.Bytes(thumbnail.Memory, MediaType, entityTag: tag).ExecuteAsync(context);
        }
        catch (DelgException failure)
        {
            await Problem.WriteAsync(context.Response, failure);
        }
    }

    private static string Value(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";
}
