using Delg.Contracts.Descriptors;
using Delg.Model.Extraction;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Extractor.Messages;

/// <summary>The model's features as messages, and what a message asks of the model.</summary>
internal static class FeatureMessages
{
    public static DescriptorKinds Kinds(this FeatureSelection selection) => selection switch
    {
        FeatureSelection.Global => DescriptorKinds.Global,
        FeatureSelection.Local => DescriptorKinds.Local,
        _ => DescriptorKinds.Both,
    };

    public static ImageSize Size(this ImageFeatures features) => new() { Width = (uint)features.ImageWidth, Height = (uint)features.ImageHeight };

    public static GlobalDescriptor Global(this ImageFeatures features) => new() { ModelId = features.ModelId.ToString(), Values = { features.Global } };

    /// <param name="features">What the model found.</param>
    /// <param name="dim">Components of a local descriptor.</param>
    /// <param name="encoding">Packing; unspecified: FLOAT32.</param>
    public static LocalFeatures Local(this ImageFeatures features, int dim, DescriptorEncoding encoding)
    {
        if (encoding == DescriptorEncoding.Unspecified)
            encoding = DescriptorEncoding.Float32;
        var packed = DescriptorCodec.Encode(features.Descriptors, dim, encoding, out var int8Scale);
        return new LocalFeatures
        {
            ModelId = features.ModelId.ToString(),
            ImageSize = features.Size(),
            Encoding = encoding,
            Dim = (uint)dim,
            Positions = { features.Keypoints },
            Scales = { features.Scales },
            Scores = { features.Scores },
            Descriptors = UnsafeByteOperations.UnsafeWrap(packed),
            Int8Scale = int8Scale,
        };
    }
}
