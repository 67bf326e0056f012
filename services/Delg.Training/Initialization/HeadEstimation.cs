using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Training.Initialization;

/// <summary>
/// Heads that need no training because they follow from the trunk's features. Fine-tuning from random heads destroys the trunk
/// before the heads have learnt anything; from these, the first steps already classify most photos.
/// </summary>
internal static class HeadEstimation
{
    private const double WhiteningShrinkage = 0.001;

    // Scores lie about this value, where softplus is straight and its output can fall as well as rise.
    private const double MeanScore = 10;

    private const int AttentionSteps = 600;
    private const int AttentionBatch = 512;
    private const double AttentionLearningRate = 1e-3;

    /// <summary>Sets the embedding layer to the PCA whitening of GeM features, scaled so that lengths stay on average what they were.</summary>
    public static void SetWhitening(DelgNetwork network, Tensor pooled)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using var components = PrincipalComponents.Of(pooled);
        (Tensor weight, Tensor bias) = components.Whitening(network.Layout.GlobalDimension, WhiteningShrinkage);
        Tensor whitened = nn.functional.linear(pooled, weight, bias);
        Tensor scale = pooled.norm(1).mean() / whitened.norm(1).mean();
        Dictionary<string, Tensor> state = network.state_dict();
        state["global.whitening.weight"].copy_(weight * scale);
        state["global.whitening.bias"].copy_(bias * scale);
    }

    /// <summary>
    /// Sets the autoencoder to the PCA of shallow features. The code's axes are turned at random: distances stay the same, and all
    /// dimensions carry like shares of the variance, which is what makes their signs good binary codes (Jégou et al. 2010; Gong and
    /// Lazebnik 2011).
    /// </summary>
    /// <returns>Share of the features' variance that the code leaves out.</returns>
    public static double SetAutoencoder(DelgNetwork network, Tensor positions, int seed)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using var components = PrincipalComponents.Of(positions);
        int dimension = network.Layout.LocalDimension;
        using var generator = new Generator((ulong)seed);
        (Tensor rotation, _) = linalg.qr(randn([dimension, dimension], generator: generator));
        Tensor axes = rotation.mm(components.Axes[..dimension]);
        Dictionary<string, Tensor> state = network.state_dict();
        state["local.autoencoder.encoder.weight"].copy_(axes.view(dimension, -1, 1, 1));
        state["local.autoencoder.encoder.bias"].copy_(-axes.mv(components.Mean));
        state["local.autoencoder.decoder.weight"].copy_(axes.t().view(-1, dimension, 1, 1));
        state["local.autoencoder.decoder.bias"].copy_(components.Mean);
        return 1 - (components.Variances[..dimension].sum() / components.Variances.sum()).item<float>();
    }

    /// <summary>Teaches the attention to score a position by the length of its feature, which selects well by itself.</summary>
    /// <returns>The correlation of score and length over the samples.</returns>
    public static double FitAttention(DelgNetwork network, Tensor positions, int seed)
    {
        using var scope = NewDisposeScope();
        manual_seed(seed);
        TorchSharp.Modules.Parameter[] parameters =
        [
            .. network.named_parameters().Where(p => p.name.StartsWith("local.attention.", StringComparison.Ordinal)).Select(p => p.parameter),
        ];
        Tensor lengths = positions.norm(1);
        Tensor targets = lengths * (MeanScore / lengths.mean());
        using (no_grad())
        {
            Dictionary<string, Tensor> state = network.state_dict();
            Tensor hidden = state["local.attention.conv1.weight"];
            nn.init.kaiming_normal_(hidden);
            // Hidden units of order one, whatever the size of the trunk's activations.
            hidden.div_(positions.square().mean().sqrt());
            state["local.attention.conv1.bias"].zero_();
            nn.init.kaiming_normal_(state["local.attention.conv2.weight"]);
            state["local.attention.conv2.bias"].fill_(MeanScore);
        }
        using var optimizer = optim.Adam(parameters, AttentionLearningRate);
        for (int step = 0; step < AttentionSteps; step++)
        {
            using var pause = CollectionPause.Begin();
            using var one = NewDisposeScope();
            optimizer.ParamGroups.First().LearningRate = AttentionLearningRate * (1 - (double)step / AttentionSteps);
            Tensor chosen = randint(positions.shape[0], [AttentionBatch]);
            optimizer.zero_grad();
            nn.functional.mse_loss(Scores(network, positions[chosen]), targets[chosen]).backward();
            optimizer.step();
        }
        optimizer.zero_grad();
        using IDisposable noGradient = no_grad();
        Tensor scores = Scores(network, positions);
        return corrcoef(stack([scores, lengths]))[0, 1].item<float>();
    }

    /// <summary>The mean unit-length descriptor of each class: where ArcFace's rows begin.</summary>
    public static Tensor ClassDescriptors(DelgNetwork network, Tensor pooled, long[] labels, int classes)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        return ClassMeans(nn.functional.normalize(network.Whiten(pooled), dim: 1), labels, classes).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A linear classifier of attention-pooled features that prefers the nearest class mean under the features' covariance. Pooled
    /// with scores that follow the features' length, unit-length features give their plain mean, times a factor.
    /// </summary>
    public static (Tensor Weight, Tensor Bias) LocalClassifier(FeatureSurvey survey, long[] labels, int classes)
    {
        const double MeanLogit = 10, Shrinkage = 0.01;
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor features = survey.ShallowMeans * (MeanScore / survey.Positions.norm(1).mean());
        using var components = PrincipalComponents.Of(features);
        (Tensor whitening, Tensor shift) = components.Whitening((int)features.shape[1], Shrinkage);
        Tensor means = ClassMeans(nn.functional.linear(features, whitening, shift), labels, classes);
        Tensor squares = means.square().sum(1);
        Tensor sharpness = MeanLogit / squares.mean();
        Tensor weight = (means * sharpness).mm(whitening);
        Tensor bias = (means * sharpness).mv(shift) - squares * sharpness / 2;
        scope.MoveToOuter(weight, bias);
        return (weight, bias);
    }

    private static Tensor ClassMeans(Tensor vectors, long[] labels, int classes)
    {
        using var scope = NewDisposeScope();
        Tensor index = tensor(labels);
        Tensor sums = zeros(classes, vectors.shape[1]).index_add_(0, index, vectors, 1);
        Tensor counts = zeros(classes).index_add_(0, index, ones(labels.Length), 1);
        return (sums / counts.view(-1, 1)).MoveToOuterDisposeScope();
    }

    private static Tensor Scores(DelgNetwork network, Tensor positions)
    {
        using var scope = NewDisposeScope();
        return network.Attention(positions.view(positions.shape[0], -1, 1, 1)).flatten().MoveToOuterDisposeScope();
    }
}
