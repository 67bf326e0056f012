using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Delg.Training.Optimization;

public class MomentumSgdTests
{
    [Fact]
    public void Step_OfAConstantGradient_BuildsUpVelocity()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(zeros(1));
        using var sgd = new MomentumSgd([new("a", 0.1, new GradientClip(10), [("w", weight)])], momentum: 0.5);
        for (int i = 0; i < 2; i++)
        {
            (weight * 2).sum().backward();
            sgd.Step(factor: 1);
        }
        // Velocities 2 and 3, at a rate of 0.1.
        Assert.Equal(-0.5f, weight.item<float>(), 1e-6f);
        Assert.Null(weight.grad);
    }

    [Fact]
    public void Step_OfTwoClips_BoundsEachBranchByItself()
    {
        using var scope = NewDisposeScope();
        var large = new Parameter(zeros(2));
        var small = new Parameter(zeros(1));
        using var sgd = new MomentumSgd(
            [new("a", 1, new GradientClip(1), [("large", large)]), new("b", 1, new GradientClip(1), [("small", small)])], momentum: 0);
        ((large * tensor(new float[] { 300, 400 })).sum() + small.sum() * 0.5).backward();
        Assert.Equal([500.0, 0.5], sgd.Step(factor: 1).Select(n => Math.Round(n, 3)));
        Assert.Equal(-0.6f, large[0].item<float>(), 1e-5f);
        Assert.Equal(-0.5f, small.item<float>(), 1e-6f);
    }

    [Fact]
    public void Step_OfAGradientThatIsNotFinite_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(1));
        using var sgd = new MomentumSgd([new("a", 1, new GradientClip(1), [("w", weight)])], momentum: 0.9);
        (weight * float.NaN).sum().backward();
        Assert.False(double.IsFinite(sgd.Step(factor: 1)[0]));
        Assert.Equal(1, weight.item<float>());
        Assert.Equal(0, sgd.Velocities["w"].item<float>());
    }
}
