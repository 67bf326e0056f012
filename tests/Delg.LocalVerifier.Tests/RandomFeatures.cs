using Delg.Contracts.Descriptors;
using Delg.V1;
using Google.Protobuf;

namespace Delg.LocalVerifier.Tests;

/// <summary>Valid messages of local features.</summary>
internal static class RandomFeatures
{
    public static LocalFeatures Message(int seed, int count = 60, DescriptorEncoding encoding = DescriptorEncoding.Float32, string modelId = "m", int dim = 128)
    {
        var random = new Random(seed);
        var rows = new float[count * dim];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = (random.NextSingle() - 0.5f) / MathF.Sqrt(dim / 12f);
        var message = new LocalFeatures
        {
            ModelId = modelId,
            ImageSize = new ImageSize { Width = 1000, Height = 800 },
            Encoding = encoding,
            Dim = (uint)dim,
            Descriptors = ByteString.CopyFrom(DescriptorCodec.Encode(rows, dim, encoding, out var scale)),
            Int8Scale = scale,
        };
        for (var i = 0; i < count; i++)
        {
            message.Positions.AddRange([1000 * random.NextSingle(), 800 * random.NextSingle()]);
            message.Scales.Add(1 + random.NextSingle());
            message.Scores.Add(count - i);
        }

        return message;
    }
}
