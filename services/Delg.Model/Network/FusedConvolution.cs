using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>
/// oneDNN's convolutions that take along what follows them: a ReLU, or a residual sum and a ReLU. The activations are walked once instead of
/// three times, and a sum in bfloat16 is rounded once instead of twice. TorchSharp has no names for these operators of torch, TorchScript has.
/// </summary>
internal static class FusedConvolution
{
    private const string Name = "FusedConvolution";

    private const string Source = $"""
        class {Name}(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def plain(self: __torch__.{Name}, x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
            return ops.mkldnn._convolution_pointwise(x, weight, bias, [padding, padding], [stride, stride], [1, 1], 1, "none", annotate(List[Optional[number]], []), "")
          def relu(self: __torch__.{Name}, x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
            return ops.mkldnn._convolution_pointwise(x, weight, bias, [padding, padding], [stride, stride], [1, 1], 1, "relu", annotate(List[Optional[number]], []), "")
          def add_relu(self: __torch__.{Name}, shortcut: Tensor, x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
            return ops.mkldnn._convolution_pointwise_(shortcut, x, weight, bias, [padding, padding], [stride, stride], [1, 1], 1, "add", None, "relu", annotate(List[Optional[number]], []), None)

        """;

    private static readonly Lazy<jit.ScriptModule?> _script = new(Load);

    /// <summary>Whether convolutions of this type on this device can be run so: oneDNN is part of torch on x86, and its bfloat16 wants a
    /// processor that computes in it.</summary>
    public static bool IsAvailable(Device device, ScalarType type) =>
        device.type == DeviceType.CPU && (type == ScalarType.Float32 || (type == ScalarType.BFloat16 && ProcessorFeatures.ComputesBFloat16)) && _script.Value is not null;

    /// <summary>convolution(input).</summary>
    public static Tensor Plain(Convolution convolution, Tensor input, Tensor weight, Tensor bias) =>
        (Tensor)_script.Value!.invoke("plain", input, weight, bias, convolution.Stride, convolution.Padding);

    /// <summary>relu(convolution(input)).</summary>
    public static Tensor Relu(Convolution convolution, Tensor input, Tensor weight, Tensor bias) =>
        (Tensor)_script.Value!.invoke("relu", input, weight, bias, convolution.Stride, convolution.Padding);

    /// <summary>relu(convolution(input) + shortcut). The result is written over <paramref name="shortcut"/>, which must be channels last.</summary>
    public static Tensor AddRelu(Convolution convolution, Tensor input, Tensor shortcut, Tensor weight, Tensor bias)
    {
        // This one alone insists on a bias of the input's type.
        using Tensor castBias = bias.to_type(input.dtype);
        return (Tensor)_script.Value!.invoke("add_relu", shortcut, input, weight, castBias, convolution.Stride, convolution.Padding);
    }

    private static jit.ScriptModule? Load()
    {
        try
        {
            return TorchScriptModule.Load(Name, Source);
        }
        catch (ExternalException)
        {
            // A torch without oneDNN: the operations run one by one.
            return null;
        }
    }
}
