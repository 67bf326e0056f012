using static TorchSharp.torch;

namespace Delg.Training.Losses;

public class ArcFaceLossTests
{
    [Fact]
    public void Compute_OfTwoClasses_EqualsTheCaseByHand()
    {
        using var scope = NewDisposeScope();
        // Rows along the axes; a descriptor at 30° to the first, of any length.
        var loss = new ArcFaceLoss(tensor(new float[,] { { 2, 0 }, { 0, 5 } }), margin: 0.1, scale: 4);
        Tensor descriptor = tensor(new float[,] { { 3 * MathF.Cos(MathF.PI / 6), 3 * MathF.Sin(MathF.PI / 6) } });
        (Tensor value, Tensor right) = loss.Compute(descriptor, tensor(new long[] { 0 }));
        double own = 4 * Math.Cos(Math.PI / 6 + 0.1), other = 4 * 0.5;
        Assert.Equal(Math.Log(1 + Math.Exp(other - own)), value.item<float>(), 1e-5);
        Assert.Equal(1, right.item<long>());
    }

    [Fact]
    public void Compute_OfADescriptorOppositeToItsClass_LeavesTheAngle()
    {
        using var scope = NewDisposeScope();
        var loss = new ArcFaceLoss(tensor(new float[,] { { 1, 0 }, { 0, 1 } }), margin: 0.1, scale: 1);
        (Tensor value, Tensor right) = loss.Compute(tensor(new float[,] { { -1, 0 } }), tensor(new long[] { 0 }));
        // cos π = -1 for the class, 0 for the other.
        Assert.Equal(Math.Log(1 + Math.E), value.item<float>(), 1e-3);
        Assert.Equal(0, right.item<long>());
    }

    [Fact]
    public void Compute_OfADescriptorOnItsRow_HasFiniteGradients()
    {
        using var scope = NewDisposeScope();
        var loss = new ArcFaceLoss(tensor(new float[,] { { 1, 0 }, { 0, 1 } }), margin: 0.1, scale: 45.25);
        Tensor descriptor = tensor(new float[,] { { 7, 0 } }, requires_grad: true);
        loss.Compute(descriptor, tensor(new long[] { 0 })).Loss.backward();
        Assert.True(descriptor.grad!.isfinite().all().item<bool>());
        Assert.True(loss.Rows.grad!.isfinite().all().item<bool>());
    }
}
