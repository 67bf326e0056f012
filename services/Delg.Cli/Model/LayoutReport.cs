using Delg.Model.Network;

namespace Delg.Cli.Model;

/// <summary>A layout for reports: plain values under their own names.</summary>
internal static class LayoutReport
{
    public static object Of(ModelLayout layout) => new
    {
        Units = new[] { layout.Units.Conv2, layout.Units.Conv3, layout.Units.Conv4, layout.Units.Conv5 },
        layout.Width,
        Stride = layout.Stride.ToString(),
        LocalStridePixels = layout.LocalStride,
        StemPadding = layout.StemPadding.ToString(),
        MaxPoolPadding = layout.MaxPoolPadding.ToString(),
        layout.BatchNormEpsilon,
        layout.ConvolutionBias,
        ChannelOrder = layout.Normalization.Order.ToString(),
        Mean = Values(layout.Normalization.Mean),
        Deviation = Values(layout.Normalization.Deviation),
        layout.GemPower,
        layout.GlobalDimension,
        LocalDescriptor = layout.LocalDescriptor.ToString(),
        layout.LocalDimension,
        layout.AttentionDimension,
    };

    private static float[] Values(ChannelTriple triple) => [triple.First, triple.Second, triple.Third];
}
