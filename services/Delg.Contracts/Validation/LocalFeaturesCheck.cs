using System.Runtime.InteropServices;
using Delg.Contracts.Descriptors;
using Delg.V1;

namespace Delg.Contracts.Validation;

/// <summary>What must hold inside a <see cref="LocalFeatures"/> message before anything indexes into its columns.</summary>
internal static class LocalFeaturesCheck
{
    public static void Check(MessageCheck check, LocalFeatures features, string field, int maxFeatures)
    {
        var count = features.Scores.Count;
        check.ModelId(features.ModelId, $"{field}.model_id");
        check.That(features.ImageSize is { Width: > 0, Height: > 0 }, $"{field}.image_size", "Width and height must be at least 1 pixel.");
        check.InRange(count, 0, maxFeatures, $"{field}.scores");
        check.That(features.Positions.Count == 2 * count, $"{field}.positions", $"{features.Positions.Count} values for {count} features; 2 each are needed.");
        check.That(features.Scales.Count == count, $"{field}.scales", $"{features.Scales.Count} values for {count} features.");
        check.That(features.Positions.All(float.IsFinite), $"{field}.positions", "Every position must be finite.");
        check.That(features.Scales.All(s => float.IsFinite(s) && s > 0), $"{field}.scales", "Every scale must be finite and above 0.");
        check.That(features.Scores.All(float.IsFinite), $"{field}.scores", "Every score must be finite.");
        CheckDescriptors(check, features, field, count);
    }

    private static void CheckDescriptors(MessageCheck check, LocalFeatures features, string field, int count)
    {
        var knownEncoding = features.Encoding is DescriptorEncoding.Float32 or DescriptorEncoding.Int8 or DescriptorEncoding.Binary;
        if (!check.That(knownEncoding, $"{field}.encoding", "Must be FLOAT32, INT8 or BINARY.") ||
            !check.InRange(features.Dim, 1, MessageCheck.MaxLocalDim, $"{field}.dim"))
            return;
        var dim = (int)features.Dim;
        if (features.Encoding == DescriptorEncoding.Binary && !check.That(dim % 8 == 0, $"{field}.dim", $"{dim} is not a multiple of 8, as BINARY needs."))
            return;
        if (features.Encoding == DescriptorEncoding.Int8)
            check.That(float.IsFinite(features.Int8Scale) && features.Int8Scale > 0, $"{field}.int8_scale", "Must be finite and above 0 for INT8.");
        var expected = (long)count * DescriptorCodec.BytesPerFeature(features.Encoding, dim);
        if (check.That(features.Descriptors.Length == expected, $"{field}.descriptors", $"{features.Descriptors.Length} bytes for {count} features; {expected} are needed.") &&
            features.Encoding == DescriptorEncoding.Float32 && BitConverter.IsLittleEndian)
            check.That(AllFinite(MemoryMarshal.Cast<byte, float>(features.Descriptors.Span)), $"{field}.descriptors", "Every component must be finite.");
    }

    private static bool AllFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                return false;
        }

        return true;
    }
}
