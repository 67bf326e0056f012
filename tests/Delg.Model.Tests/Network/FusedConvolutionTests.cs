using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Network;

public class FusedConvolutionTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void AllThree_OnThisMachine_EqualTheOperationsOneByOne(int kernel, int stride)
    {
        // The packages' torch for Linux on x86-64 has oneDNN; without it nothing would be fused and nobody would notice.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Not run: only the torch for Linux on x86-64 is known to hold oneDNN.");
        Assert.True(FusedConvolution.IsAvailable(CPU, ScalarType.Float32));
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using var convolution = new Convolution(6, 10, kernel, stride, padding: kernel / 2);
        Tensor x = ChannelsLast.Of(randn(2, 6, 11, 9)), bias = randn(10);
        Tensor expected = convolution.Forward(x, convolution.Weight, bias);
        Tensor shortcut = ChannelsLast.Of(randn_like(expected));
        Tensor expectedSum = (expected + shortcut).relu();

        Assert.True(FusedConvolution.Plain(convolution, x, convolution.Weight, bias).allclose(expected, 1e-4, 1e-5));
        Assert.True(FusedConvolution.Relu(convolution, x, convolution.Weight, bias).allclose(expected.relu(), 1e-4, 1e-5));
        Tensor sum = FusedConvolution.AddRelu(convolution, x, shortcut, convolution.Weight, bias);
        Assert.True(sum.allclose(expectedSum, 1e-4, 1e-5));
        Assert.True(shortcut.equal(sum).all().item<bool>());
    }
}
