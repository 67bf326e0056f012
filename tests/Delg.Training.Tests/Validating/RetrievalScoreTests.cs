using static TorchSharp.torch;

namespace Delg.Training.Validating;

public class RetrievalScoreTests
{
    [Fact]
    public void Of_DescriptorsOnACircle_EqualsTheCaseByHand()
    {
        using var scope = NewDisposeScope();
        // Degrees 0, 10 and 30 are of classes 1, 2, 1; the one at 90 is alone.
        double[] angles = [0, 10, 30, 90];
        Tensor descriptors = stack([.. angles.Select(a => tensor(new[] { MathF.Cos((float)(a * Math.PI / 180)), MathF.Sin((float)(a * Math.PI / 180)) }) * (float)(1 + a))]);
        // From 0 and from 30 the other of class 1 comes second: precision before it 0, with it 1/2.
        Assert.Equal(0.25, RetrievalScore.Of(descriptors, [1, 2, 1, 3]), 9);
        // From 0 and from 10 the other comes first.
        Assert.Equal(1, RetrievalScore.Of(descriptors, [1, 1, 2, 3]), 9);
        Assert.True(double.IsNaN(RetrievalScore.Of(descriptors, [1, 2, 3, 4])));
    }
}
