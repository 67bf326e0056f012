using Delg.Model.Network;
using Delg.Training.Data;
using Delg.Training.Losses;
using Delg.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Delg.Training;

/// <summary>Network, losses and optimiser, and the step that moves them.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly ArcFaceLoss _arcFace;
    private readonly LocalLosses _local;
    private readonly MomentumSgd _optimizer;
    private readonly Device _device;

    public TrainingSession(DelgNetwork network, Tensor classDescriptors, (Tensor Weight, Tensor Bias) localClassifier, TrainingOptions options)
    {
        Network = network;
        _options = options;
        _arcFace = new ArcFaceLoss(classDescriptors, options.ArcFaceMargin, options.ArcFaceScale);
        _local = new LocalLosses(localClassifier.Weight, localClassifier.Bias);
        (string Name, Parameter Value)[] all = [.. network.named_parameters().Select(p => (p.name, p.parameter))];
        _device = all[0].Value.device;
        var globalClip = new GradientClip(options.GradientNorm);
        var localClip = new GradientClip(options.GradientNorm);
        _optimizer = new MomentumSgd(
            [
                new("trunk", options.TrunkLearningRate, globalClip, Under("trunk.")),
                new("global", options.GlobalHeadLearningRate, globalClip, [.. Under("global."), ("arcface.rows", _arcFace.Rows)]),
                new("attention", options.AttentionLearningRate, localClip,
                    [.. Under("local.attention."), ("classifier.weight", _local.Weight), ("classifier.bias", _local.Bias)]),
                new("autoencoder", options.AutoencoderLearningRate, localClip, Under("local.autoencoder.")),
            ],
            options.Momentum);

        (string, Parameter)[] Under(string prefix) => [.. all.Where(p => p.Name.StartsWith(prefix, StringComparison.Ordinal))];
    }

    public DelgNetwork Network { get; }

    /// <summary>Everything a checkpoint must hold; live.</summary>
    public IEnumerable<(string Name, Tensor Value)> State =>
    [
        .. Network.state_dict().Select(p => ("network." + p.Key, p.Value)),
        ("arcface.rows", _arcFace.Rows),
        ("classifier.weight", _local.Weight),
        ("classifier.bias", _local.Bias),
        .. _optimizer.Velocities.Select(p => ("velocity." + p.Key, p.Value)),
    ];

    /// <summary>Forward, backward, update.</summary>
    /// <param name="batch">The crops.</param>
    /// <param name="factor">The schedule's factor on all learning rates.</param>
    public StepMetrics Step(CropBatch batch, double factor)
    {
        using var scope = NewDisposeScope();
        Tensor labels = tensor(batch.Labels, device: _device);
        (Tensor shallow, Tensor deep) = Network.Trunk(Network.Normalize(CropTensor.Of(batch, _device)));
        (Tensor globalLoss, Tensor right) = _arcFace.Compute(Network.Global(deep), labels);
        (Tensor attentionLoss, Tensor reconstructionLoss) = _local.Compute(Network, shallow, labels);
        (globalLoss + attentionLoss * _options.AttentionWeight + reconstructionLoss * _options.ReconstructionWeight).backward();
        IReadOnlyList<double> norms = _optimizer.Step(factor);
        return new StepMetrics(
            globalLoss.item<float>(), right.item<long>() / (double)batch.Labels.Length,
            attentionLoss.item<float>(), reconstructionLoss.item<float>(), norms[0], norms[1]);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _arcFace.Rows.Dispose();
        _local.Weight.Dispose();
        _local.Bias.Dispose();
        Network.Dispose();
    }
}
