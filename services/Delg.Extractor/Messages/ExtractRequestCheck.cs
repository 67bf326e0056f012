using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.Model.Extraction;
using Delg.V1;
using Grpc.Core;

namespace Delg.Extractor.Messages;

/// <summary>What must hold of a request before anything is done for it, and of its region once the image is known.</summary>
internal static class ExtractRequestCheck
{
    private const int MinRegionSidePixels = 10;
    private const int MinThumbnailSidePixels = 16;
    private const int MaxThumbnailSidePixels = 1024;

    public static void Check(ExtractRequest request)
    {
        var check = new MessageCheck();
        check.That(Enum.IsDefined(request.Features), "features", "Must be GLOBAL_AND_LOCAL, GLOBAL or LOCAL.");
        check.That(Enum.IsDefined(request.LocalEncoding), "local_encoding", "Must be FLOAT32, INT8 or BINARY.");
        check.That(Enum.IsDefined(request.Priority), "priority", "Must be QUERY or INGEST.");
        check.InRange(request.MaxLocalFeatures, 0, MessageCheck.MaxLocalFeatures, "max_local_features");
        if (request.ThumbnailSidePixels != 0)
            check.InRange(request.ThumbnailSidePixels, MinThumbnailSidePixels, MaxThumbnailSidePixels, "thumbnail_side_pixels");
        check.ThrowIfInvalid();
        if (request.Region is { } region && !(region.Left < region.Right && region.Top < region.Bottom))
            throw RegionInvalid($"left {region.Left} must be below right {region.Right}, and top {region.Top} below bottom {region.Bottom}.");
    }

    /// <summary>The region as the model takes it; null when the whole image is meant.</summary>
    /// <exception cref="DelgException">REGION_INVALID: fewer than 10 pixels of the image lie in it.</exception>
    public static QueryBox? BoxOf(Region? region, int width, int height)
    {
        if (region is null)
            return null;
        var box = new QueryBox(region.Left, region.Top, region.Right, region.Bottom);
        var (left, top, right, bottom) = PixelsIn(box, width, height);
        return right - left >= MinRegionSidePixels && bottom - top >= MinRegionSidePixels
            ? box
            : throw RegionInvalid($"{right - left}x{bottom - top} pixels of the image of {width}x{height} lie in it; at least {MinRegionSidePixels}x{MinRegionSidePixels} must.");
    }

    /// <summary>The image is too small for the network: as a whole, or in the part that was asked for.</summary>
    public static DelgException TooSmall(Region? region) => region is not null
        ? RegionInvalid("after scaling, less than the network needs is left of it.")
        : new DelgException(StatusCode.InvalidArgument, ErrorReason.ImageTooSmall, "After scaling, a side of the image is shorter than the network needs.")
        {
            Violations = [new FieldViolation("image", "A side is too short.")],
        };

    private static (int Left, int Top, int Right, int Bottom) PixelsIn(QueryBox box, int width, int height)
    {
        try
        {
            return box.Within(width, height);
        }
        catch (ArgumentException)
        {
            return default;
        }
    }

    private static DelgException RegionInvalid(string why) =>
        new(StatusCode.InvalidArgument, ErrorReason.RegionInvalid, $"region: {why}") { Violations = [new FieldViolation("region", why)] };
}
