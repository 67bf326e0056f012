using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Training.Losses;

public class LocalLossesTests
{
    [Fact]
    public void Backward_FromBothLosses_LeavesTheTrunkWithoutAnyGradient()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var network = new DelgNetwork(TinyNetwork.Layout);
        var losses = new LocalLosses(rand(3, network.Layout.ShallowChannels), zeros(3));
        Tensor shallow = network.Shallow(rand(2, 3, 64, 64));
        (Tensor attention, Tensor reconstruction) = losses.Compute(network, shallow, tensor(new long[] { 0, 2 }));
        (attention + reconstruction).backward();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            if (name.StartsWith("local.", StringComparison.Ordinal)) Assert.True(parameter.grad!.abs().sum().item<float>() > 0, name);
            else Assert.True(parameter.grad is null, name);
        }
    }

    [Fact]
    public void Pool_OfTwoPositions_WeighsUnitFeaturesByTheirScores()
    {
        using var scope = NewDisposeScope();
        Tensor features = tensor(new float[] { 3, 0, 4, 2 }).view(1, 2, 1, 2);
        Tensor scores = tensor(new float[] { 10, 6 }).view(1, 1, 1, 2);
        // Unit features (0.6, 0.8) and (0, 1).
        Tensor pooled = LocalLosses.Pool(features, scores);
        Assert.Equal(3, pooled[0, 0].item<float>(), 1e-5f);
        Assert.Equal(7, pooled[0, 1].item<float>(), 1e-5f);
    }
}
