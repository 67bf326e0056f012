using Microsoft.AspNetCore.Http.Features;

namespace Delg.Gateway.Http;

/// <summary>
/// An image id in a path may hold slashes, plain or as %2F. The server undoes every escape but that one, since it cannot know that a
/// slash makes no difference here; what it leaves cannot be told from an id that has "%2F" in its text. So the id is read again
/// from the address as it was sent.
/// </summary>
internal static class EscapedImageId
{
    private const string Field = "image_id";

    // "", v1, collections, {collection}, images: the id is what follows.
    private const int SegmentsBefore = 5;

    public static void Restore(HttpContext context)
    {
        if (context.Request.Path.Value?.Contains("%2F", StringComparison.OrdinalIgnoreCase) != true)
            return;
        // The transcoder reads an id with a verb behind it from a value with a name of its own making.
        var name = context.Request.RouteValues.Keys.FirstOrDefault(key => key.Contains(Field, StringComparison.Ordinal));
        var sent = PathOf(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").Split('/', SegmentsBefore + 1);
        if (name is not null && sent is { Length: > SegmentsBefore })
            context.Request.RouteValues[name] = Uri.UnescapeDataString(sent[SegmentsBefore]);
    }

    /// <summary>The path of a request's target, which is a whole address where it was meant for a proxy.</summary>
    private static string PathOf(string target)
    {
        var path = target.Split('?')[0];
        var authority = path.StartsWith('/') ? -1 : path.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
            return path;
        var start = path.IndexOf('/', authority + 3);
        return start < 0 ? "" : path[start..];
    }
}
