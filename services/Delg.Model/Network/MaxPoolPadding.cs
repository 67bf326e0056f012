using System.Text.Json.Serialization;

namespace Delg.Model.Network;

/// <summary>How the 3×3 max-pool of stride 2 after the stem is padded.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MaxPoolPadding>))]
public enum MaxPoolPadding
{
    /// <summary>One pixel on each side (torchvision).</summary>
    One,

    /// <summary>TensorFlow's "SAME" (TF-slim): an even side gets one pixel after and none before, an odd one a pixel on both ends.</summary>
    TensorFlowSame,

    /// <summary>None; the last column or row is dropped where the window does not fit (Keras).</summary>
    None,
}
