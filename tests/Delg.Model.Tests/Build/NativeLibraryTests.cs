using static TorchSharp.torch;

namespace Delg.Model.Tests.Build;

public sealed class NativeLibraryTests
{
    [Fact]
    public void Torch_AfterTheBuild_LoadsAndMultiplies()
    {
        using Tensor a = arange(6, ScalarType.Float32).reshape(2, 3);
        using Tensor product = a.matmul(a.transpose(0, 1));

        Assert.Equal([5f, 14f, 14f, 50f], product.data<float>().ToArray());
    }
}
