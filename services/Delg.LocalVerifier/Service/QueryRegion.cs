using Delg.Contracts.Errors;
using Delg.LocalVerifier.Matching;
using Delg.V1;
using Grpc.Core;

namespace Delg.LocalVerifier.Service;

/// <summary>The part of a query image that a request means.</summary>
internal static class QueryRegion
{
    private const string Field = "query_region";

    // As in the extractor, which would find nothing in less.
    private const int MinSidePixels = 10;

    /// <summary>The query's features inside the region; all of them without one.</summary>
    /// <exception cref="DelgException">INVALID_ARGUMENT, REGION_INVALID: fewer than 10 pixels of the image lie in it.</exception>
    public static FeatureSet Of(FeatureSet query, Region? region)
    {
        if (region is null)
            return query;
        if (!(region.Left < region.Right && region.Top < region.Bottom))
            throw Invalid($"left {region.Left} must be below right {region.Right}, and top {region.Top} below bottom {region.Bottom}.");
        var inside = new Region
        {
            Left = Math.Clamp(MathF.Round(region.Left), 0, query.Width),
            Top = Math.Clamp(MathF.Round(region.Top), 0, query.Height),
            Right = Math.Clamp(MathF.Round(region.Right), 0, query.Width),
            Bottom = Math.Clamp(MathF.Round(region.Bottom), 0, query.Height),
        };
        var (width, height) = (inside.Right - inside.Left, inside.Bottom - inside.Top);
        return width >= MinSidePixels && height >= MinSidePixels
            ? query.Inside(inside)
            : throw Invalid($"{width}x{height} pixels of the image of {query.Width}x{query.Height} lie in it; at least {MinSidePixels}x{MinSidePixels} must.");
    }

    private static DelgException Invalid(string why) =>
        new(StatusCode.InvalidArgument, ErrorReason.RegionInvalid, $"{Field}: {why}") { Violations = [new FieldViolation(Field, why)] };
}
