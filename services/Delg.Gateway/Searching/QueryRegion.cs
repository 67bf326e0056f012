using Delg.Contracts.Descriptors;
using Delg.Contracts.Errors;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Searching;

/// <summary>The part of an indexed image that is searched for: of its stored local features, those inside.</summary>
internal static class QueryRegion
{
    // As where the extractor cuts a new image.
    private const float MinSidePixels = 10;

    /// <exception cref="DelgException">REGION_INVALID: it leaves less than 10 pixels of the image.</exception>
    public static LocalFeatures Inside(LocalFeatures features, Region region)
    {
        var left = Math.Max(region.Left, 0);
        var top = Math.Max(region.Top, 0);
        var right = Math.Min(region.Right, features.ImageSize.Width);
        var bottom = Math.Min(region.Bottom, features.ImageSize.Height);
        // Written so that a value that is not a number is refused too.
        if (!(right - left >= MinSidePixels && bottom - top >= MinSidePixels))
        {
            throw new DelgException(
                StatusCode.InvalidArgument,
                ErrorReason.RegionInvalid,
                $"The region leaves less than {MinSidePixels} pixels of the image of {features.ImageSize.Width} x {features.ImageSize.Height}.")
            {
                Violations = [new FieldViolation("region", $"Must cover at least {MinSidePixels} x {MinSidePixels} pixels of the image.")],
            };
        }

        var kept = Enumerable.Range(0, features.Count())
            .Where(i => features.Positions[2 * i] >= left && features.Positions[2 * i] < right && features.Positions[(2 * i) + 1] >= top && features.Positions[(2 * i) + 1] < bottom)
            .ToList();
        return Only(features, kept);
    }

    private static LocalFeatures Only(LocalFeatures features, List<int> kept)
    {
        var size = DescriptorCodec.BytesPerFeature(features.Encoding, (int)features.Dim);
        var descriptors = new byte[kept.Count * size];
        for (var i = 0; i < kept.Count; i++)
            features.Descriptors.Span.Slice(kept[i] * size, size).CopyTo(descriptors.AsSpan(i * size));
        return new LocalFeatures
        {
            ModelId = features.ModelId,
            ImageSize = features.ImageSize,
            Encoding = features.Encoding,
            Int8Scale = features.Int8Scale,
            Dim = features.Dim,
            Positions = { kept.SelectMany(i => new[] { features.Positions[2 * i], features.Positions[(2 * i) + 1] }) },
            Scales = { kept.Select(i => features.Scales[i]) },
            Scores = { kept.Select(i => features.Scores[i]) },
            Descriptors = UnsafeByteOperations.UnsafeWrap(descriptors),
        };
    }
}
