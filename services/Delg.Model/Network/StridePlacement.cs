using System.Text.Json.Serialization;

namespace Delg.Model.Network;

/// <summary>Which convolution of a ResNet v1 stage halves the resolution. Weights fit every placement; activations do not.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StridePlacement>))]
public enum StridePlacement
{
    /// <summary>The first unit's first 1×1 convolution, and its projection (He et al. 2015, Caffe, Keras).</summary>
    First1x1,

    /// <summary>The first unit's 3×3 convolution, and its projection (torchvision, pycls; "ResNet v1.5").</summary>
    First3x3,

    /// <summary>
    /// The last unit's 3×3 convolution, with the identity shortcut sampled at every second pixel; conv5 keeps the resolution
    /// (TF-slim). conv4 and conv5 then both lie at 1/32.
    /// </summary>
    LastUnit,
}
