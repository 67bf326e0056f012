using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>
/// A convolution's float32 weights. It runs in the type of its input (bfloat16 or float32), with the weights cast as it goes,
/// because TorchSharp has no autocast.
/// </summary>
internal sealed class Convolution : ExplicitModule
{
    public Convolution(int inputs, int outputs, int kernel = 1, int stride = 1, int padding = 0, bool bias = false)
        : base(nameof(Convolution))
    {
        Stride = stride;
        Padding = padding;
        var weight = new Parameter(empty(outputs, inputs, kernel, kernel));
        nn.init.kaiming_normal_(weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        register_parameter("weight", weight);
        if (bias) register_parameter("bias", new Parameter(zeros(outputs)));
    }

    public int Stride { get; }

    public int Padding { get; }

    public Tensor Weight => get_parameter("weight")!;

    public Tensor? Bias => get_parameter("bias");

    public Tensor Forward(Tensor input) => Forward(input, Weight, Bias);

    /// <summary>Runs with other weights of the same shapes, such as folded ones.</summary>
    public Tensor Forward(Tensor input, Tensor weight, Tensor? bias)
    {
        using Tensor castWeight = weight.to_type(input.dtype);
        using Tensor? castBias = bias?.to_type(input.dtype);
        return nn.functional.conv2d(input, castWeight, castBias, strides: [Stride, Stride], padding: [Padding, Padding]);
    }
}
