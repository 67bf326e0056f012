using Delg.Contracts.Descriptors;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Contracts.Tests;

/// <summary>Local features that pass every check, to be spoiled one field at a time.</summary>
internal static class ValidFeatures
{
    public const int Dim = 32;

    public static LocalFeatures Of(int count, DescriptorEncoding encoding)
    {
        var random = new Random(count);
        var rows = Enumerable.Range(0, count * Dim).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var features = new LocalFeatures
        {
            ModelId = "delg@0123456789ab",
            ImageSize = new ImageSize { Width = 640, Height = 480 },
            Encoding = encoding,
            Dim = Dim,
            Descriptors = ByteString.CopyFrom(DescriptorCodec.Encode(rows, Dim, encoding, out var scale)),
            Int8Scale = scale,
        };
        features.Positions.AddRange(Enumerable.Range(0, 2 * count).Select(i => (float)i));
        features.Scales.AddRange(Enumerable.Repeat(1f, count));
        features.Scores.AddRange(Enumerable.Repeat(1f, count));
        return features;
    }
}
