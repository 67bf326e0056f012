using System.Text.Json.Serialization;

namespace Delg.Model.Network;

/// <summary>How the 7×7 convolution of stride 2 that begins the network is padded with zeros.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StemPadding>))]
public enum StemPadding
{
    /// <summary>Three pixels on each side (torchvision, TF-slim).</summary>
    Symmetric,

    /// <summary>TensorFlow's "SAME" (Keras): an even side gets two pixels before and three after, an odd one three and three.</summary>
    TensorFlowSame,
}
