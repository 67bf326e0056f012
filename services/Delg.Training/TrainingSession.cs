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

    /// <param name="network">On the device to train on; disposed with the session.</param>
    /// <param name="classDescriptors">Where ArcFace's rows begin.</param>
    /// <param name="localClassifier">Where the attention's classifier begins.</param>
    /// <param name="options">Losses and rates.</param>
    public TrainingSession(DelgNetwork network, Tensor classDescriptors, (Tensor Weight, Tensor Bias) localClassifier, TrainingOptions options)
    {
        Network = network;
        _options = options;
        (string Name, Parameter Value)[] all = [.. network.named_parameters().Select(p => (p.name, p.parameter))];
        _device = all[0].Value.device;
        _arcFace = new ArcFaceLoss(classDescriptors.to(_device), options.ArcFaceMargin, options.ArcFaceScale);
        _local = new LocalLosses(localClassifier.Weight.to(_device), localClassifier.Bias.to(_device));
        var globalClip = new GradientClip(options.GradientNorm);
        var localClip = new GradientClip(options.GradientNorm);
        _optimizer = new MomentumSgd(
            [
                // A frozen trunk has no gradients; keeping its velocities would only make checkpoints large.
                .. options.HeadsOnly is null ? [new ParameterGroup("trunk", options.TrunkLearningRate, globalClip, Under("trunk."))] : Array.Empty<ParameterGroup>(),
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
    /// <param name="batch">The samples.</param>
    /// <param name="factor">The schedule's factor on all learning rates.</param>
    public StepMetrics Step(TrainingBatch batch, double factor)
    {
        using var pause = CollectionPause.Begin();
        using var scope = NewDisposeScope();
        BatchLosses losses = Losses(batch, margined: true);
        (losses.Global + losses.Attention * _options.AttentionWeight + losses.Reconstruction * _options.ReconstructionWeight).backward();
        IReadOnlyList<double> norms = _optimizer.Step(factor);
        return new StepMetrics(
            losses.Global.item<float>(), losses.Right.item<long>() / (double)batch.Labels.Length,
            losses.Attention.item<float>(), losses.Reconstruction.item<float>(), norms[0], norms[1]);
    }

    /// <summary>The losses of a batch. The caller holds a dispose scope.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="margined">Whether ArcFace's margin counts.</param>
    public BatchLosses Losses(TrainingBatch batch, bool margined)
    {
        Tensor labels = tensor(batch.Labels, device: _device);
        (Tensor shallow, Tensor pooled) = batch.Features(Network, _device);
        Tensor descriptors = Network.Whiten(pooled);
        (Tensor global, Tensor right) = _arcFace.Compute(descriptors, labels, margined);
        (Tensor attention, Tensor reconstruction) = _local.Compute(Network, shallow, labels);
        return new BatchLosses(global, right, attention, reconstruction, descriptors);
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
