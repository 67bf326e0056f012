namespace Delg.Model.Network;

/// <summary>
/// What is done to 8-bit colour values before the first convolution: <c>(value - mean) / deviation</c>, a channel at a time,
/// all on the 0–255 scale.
/// </summary>
/// <param name="Order">The order the network wants its channels in; means and deviations are given in this order too.</param>
/// <param name="Mean">Three values, subtracted.</param>
/// <param name="Deviation">Three positive values, divided by.</param>
public sealed record InputNormalization(ChannelOrder Order, ChannelTriple Mean, ChannelTriple Deviation)
{
    /// <summary>RGB, ImageNet's mean and standard deviation.</summary>
    public static InputNormalization ImageNet { get; } =
        new(ChannelOrder.Rgb, new(123.675f, 116.28f, 103.53f), new(58.395f, 57.12f, 57.375f));

    /// <summary>RGB, (value - 128) / 128: the original DELG code.</summary>
    public static InputNormalization Centered { get; } = new(ChannelOrder.Rgb, new(128, 128, 128), new(128, 128, 128));

    /// <summary>BGR, ImageNet's mean and pycls's deviations (feymanpriv/DELG).</summary>
    public static InputNormalization Pycls { get; } =
        new(ChannelOrder.Bgr, new(103.53f, 116.28f, 123.675f), new(57.375f, 57.12f, 57.375f));
}

/// <summary>One value for each of the network's three input channels.</summary>
public readonly record struct ChannelTriple(float First, float Second, float Third)
{
    internal float[] ToArray() => [First, Second, Third];
}
