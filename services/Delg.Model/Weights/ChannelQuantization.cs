using static TorchSharp.torch;

namespace Delg.Model.Weights;

/// <summary>Symmetric 8-bit quantisation with a scale for each output channel (axis 0): value ≈ integer · scale, |integer| ≤ 127.</summary>
internal static class ChannelQuantization
{
    private const int Largest = 127;

    /// <returns>int8 values of the tensor's shape, and float32 scales, one a channel.</returns>
    public static (Tensor Values, Tensor Scales) Quantize(Tensor weight)
    {
        using var scope = NewDisposeScope();
        Tensor rows = weight.detach().to_type(ScalarType.Float32).reshape(weight.shape[0], -1);
        Tensor scales = rows.abs().amax([1]) / Largest;
        // A channel of zeros has the scale 0; any divisor leaves it at 0.
        Tensor divisors = scales.where(scales > 0, ones_like(scales)).view(-1, 1);
        Tensor values = (rows / divisors).round().clamp(-Largest, Largest).to_type(ScalarType.Int8).reshape(weight.shape);
        scope.MoveToOuter(values, scales);
        return (values, scales);
    }

    /// <exception cref="WeightsFormatException">There is not one scale a channel.</exception>
    public static Tensor Dequantize(string name, Tensor values, Tensor scales)
    {
        if (values.dim() < 1 || scales.dim() != 1 || scales.shape[0] != values.shape[0])
            throw new WeightsFormatException($"Tensor \"{name}\": its scales are [{string.Join(", ", scales.shape)}], not one for each of its channels.");
        long[] column = [scales.shape[0], .. Enumerable.Repeat(1L, (int)values.dim() - 1)];
        return values * scales.view(column);
    }
}
