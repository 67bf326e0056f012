using System.Text.Json.Serialization;

namespace Delg.Model.Network;

/// <summary>The order of the colour channels that the first convolution expects.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelOrder>))]
public enum ChannelOrder
{
    Rgb,
    Bgr,
}
