using Delg.LocalVerifier.Matching;
using Delg.Model.Extraction;
using Delg.V1;

namespace Delg.Cli.Extraction;

/// <summary>From what the network gives to what the verifier takes.</summary>
internal static class FeatureConversion
{
    /// <summary>The local features, held in the given encoding.</summary>
    public static FeatureSet ToFeatureSet(this ImageFeatures features, DescriptorEncoding encoding) => FeatureSet.From(
        features.ModelId.ToString(),
        features.ImageWidth,
        features.ImageHeight,
        features.Keypoints,
        features.Descriptors,
        // Without a feature nothing tells the length, and none is compared.
        features.Count > 0 ? features.Descriptors.Length / features.Count : EmptyDim,
        encoding);

    private const int EmptyDim = 128;
}
