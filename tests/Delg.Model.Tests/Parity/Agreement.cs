using static TorchSharp.torch;

namespace Delg.Model.Tests.Parity;

/// <summary>Equality of what two programs computed.</summary>
internal static class Agreement
{
    /// <summary>Difference that rounding to float32 explains, relative to the value, or to the tensor's root mean square where a value is smaller than that.</summary>
    public const double Tolerance = 1e-4;

    public static void AssertEqual(string what, Tensor expected, Tensor actual)
    {
        using var scope = NewDisposeScope();
        Assert.True(expected.shape.SequenceEqual(actual.shape), $"{what}: [{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}]");
        double norm = expected.square().mean().sqrt().item<float>();
        Assert.True(norm > 0, $"{what} is zero everywhere");
        double worst = ((actual - expected).abs() / expected.abs().clamp_min(norm)).max().item<float>();
        Assert.True(worst <= Tolerance, $"{what} differs by {worst:e2}");
    }
}
