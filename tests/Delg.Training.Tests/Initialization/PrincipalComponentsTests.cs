using static TorchSharp.torch;

namespace Delg.Training.Initialization;

public class PrincipalComponentsTests
{
    [Fact]
    public void Whitening_OfCorrelatedVectors_GivesUnitCovarianceAndNoMean()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        Tensor vectors = randn(4000, 6).mm(randn(6, 6)) + 5;
        using var components = PrincipalComponents.Of(vectors);
        (Tensor weight, Tensor bias) = components.Whitening(4, shrinkage: 0);
        Tensor whitened = nn.functional.linear(vectors, weight, bias);
        Assert.True(whitened.mean([0]).abs().max().item<float>() < 1e-3);
        Tensor covariance = whitened.t().mm(whitened) / 4000;
        Assert.True(covariance.allclose(eye(4), 1e-2, 1e-2), covariance.ToString(true));
    }

    [Fact]
    public void Whitening_WithShrinkage_DampsTheLastAxes()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        Tensor vectors = randn(4000, 2) * tensor(new float[] { 10, 0.1f });
        using var components = PrincipalComponents.Of(vectors);
        (Tensor weight, Tensor bias) = components.Whitening(2, shrinkage: 0.01);
        Tensor variances = nn.functional.linear(vectors, weight, bias).var(0);
        Assert.Equal(1 / 1.01, variances[0].item<float>(), 0.01);
        Assert.Equal(0.01 / 1.01, variances[1].item<float>(), 0.002);
    }

    [Fact]
    public void SetAutoencoder_OnVectorsOfItsRank_ReconstructsThemAndSpreadsTheVariance()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var network = new Model.Network.DelgNetwork(TinyNetwork.Layout);
        Tensor vectors = rand(500, 12).mm(rand(12, network.Layout.ShallowChannels));
        double lost = HeadEstimation.SetAutoencoder(network, vectors, seed: 1);
        Assert.Equal(0, lost, 1e-3);
        using IDisposable noGradient = no_grad();
        Tensor map = vectors.view(500, -1, 1, 1);
        Tensor code = network.Encode(map);
        Assert.True(network.Decode(code).allclose(map, 1e-2, 1e-2));
        Tensor variances = code.flatten(1).var(0);
        Assert.True((variances.min() / variances.max()).item<float>() > 1e-3);
    }

    [Fact]
    public void FitAttention_OnFeaturesOfManyLengths_FollowsTheLength()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var network = new Model.Network.DelgNetwork(TinyNetwork.Layout);
        Tensor vectors = rand(2000, network.Layout.ShallowChannels) * (rand(2000, 1) * 4);
        Assert.True(HeadEstimation.FitAttention(network, vectors, seed: 1) > 0.95);
    }
}
