using Delg.V1;
using Google.Protobuf;

namespace Delg.Contracts.Descriptors;

/// <summary>Conversions of whole feature sets between encodings.</summary>
public static class LocalFeaturesEncoding
{
    /// <summary>Number of features in the message.</summary>
    public static int Count(this LocalFeatures features) => features.Scores.Count;

    /// <summary>
    /// The same features with descriptors in a smaller encoding (FLOAT32 → INT8 → BINARY); the message itself when it is in
    /// <paramref name="encoding"/> or a smaller one already, because detail that is gone does not come back.
    /// </summary>
    /// <param name="features">A valid message.</param>
    /// <param name="encoding">FLOAT32, INT8 or BINARY.</param>
    public static LocalFeatures ReducedTo(this LocalFeatures features, DescriptorEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(features);
        // The enum's values ascend as the encodings shrink.
        if (features.Encoding >= encoding)
            return features;
        var dim = (int)features.Dim;
        var rows = DescriptorCodec.Decode(features.Descriptors.Span, dim, features.Encoding, features.Int8Scale);
        var reduced = features.Clone();
        reduced.Descriptors = UnsafeByteOperations.UnsafeWrap(DescriptorCodec.Encode(rows, dim, encoding, out var scale));
        reduced.Encoding = encoding;
        reduced.Int8Scale = scale;
        return reduced;
    }
}
