using System.Diagnostics;
using System.Globalization;
using Delg.Model.Network;
using Delg.Model.Weights;
using Delg.Training.Checkpoints;
using Delg.Training.Data;
using Delg.Training.Initialization;
using Delg.Training.Optimization;
using static TorchSharp.torch;

namespace Delg.Training;

/// <summary>
/// Fine-tunes all layers of a DELG network on photos (DELG §3.3, §4.1), from an ImageNet classifier or from DELG weights, and
/// writes finished weights. A cancelled or broken-off run goes on from its last checkpoint when it is run again.
/// </summary>
public sealed class TrainingRun
{
    // Enough photos for the covariance of 2,048 channels; more only take time.
    private const int FinishingPhotos = 2500;

    private readonly TrainingOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;

    /// <param name="options">Checked here.</param>
    /// <param name="progress">Told of every hundredth photo and every step.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names all that are.</exception>
    public TrainingRun(TrainingOptions options, IProgress<TrainingProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        string mistakes = string.Join(" ", options.FindMistakes());
        if (mistakes.Length > 0) throw new ArgumentException("Training: " + mistakes, nameof(options));
        _options = options;
        _progress = progress;
    }

    private string CheckpointPath => Path.Combine(_options.WorkFolder, "checkpoint.safetensors");

    private string StartPath => Path.Combine(_options.WorkFolder, "start.safetensors");

    private string MetricsPath => Path.Combine(_options.WorkFolder, "metrics.csv");

    /// <summary>Trains to the end, or to cancellation, which saves a checkpoint first.</summary>
    /// <exception cref="IOException">Photos or weights cannot be read, or results cannot be written.</exception>
    /// <exception cref="InvalidDataException">The photos are no training set.</exception>
    /// <exception cref="WeightsFormatException">The initial weights or the checkpoint do not fit.</exception>
    public async Task<TrainingResult> RunAsync(CancellationToken cancellation = default)
    {
        TrainingSet set = TrainingSet.Read(_options.Images, _options.Labels, _options.InstanceFolders);
        Directory.CreateDirectory(_options.WorkFolder);
        PhotoCache cache = PhotoCache.Load(set.Photos, _options.CachedSidePixels, Counting(TrainingStage.Decoding, set.Photos.Count), cancellation);
        string run = string.Create(CultureInfo.InvariantCulture,
            $"photos {set.Photos.Count}, classes {set.LabelCount}, batch {_options.BatchSize}, crop {_options.Augmentation.CropPixels}, seed {_options.Seed}");

        bool resumes = File.Exists(CheckpointPath);
        (DelgNetwork network, ModelManifest manifest, bool hasHeads) = StartingNetwork.Open(resumes ? StartPath : _options.Init, _options.Name);
        network.ComputeType = _options.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        manifest = manifest with { Source = _options.Source, Licence = _options.Licence, MaxImageSizePixels = _options.MaxImageSizePixels };
        using TrainingSession session = resumes
            ? Begin(network, set)
            : Begin(network, set, cache, manifest, hasHeads, cancellation);
        var position = new TrainingPosition(0, 0);
        if (resumes) position = TrainingCheckpoint.Load(CheckpointPath, run, session.State);
        else TrainingCheckpoint.Save(CheckpointPath, run, position, session.State);

        position = await TrainAsync(session, set, cache, run, position, cancellation).ConfigureAwait(false);
        if (cancellation.IsCancellationRequested) return new TrainingResult(position.Step, set.Photos.Count, set.LabelCount, null);

        manifest = Finish(network, cache, manifest, trained: position.Step > 0, cancellation);
        ModelId id = DelgWeights.Save(_options.Output, network, manifest, _options.Storage);
        return new TrainingResult(position.Step, set.Photos.Count, set.LabelCount, id);
    }

    /// <summary>A session whose tensors a checkpoint will fill.</summary>
    private TrainingSession Begin(DelgNetwork network, TrainingSet set)
    {
        using var scope = NewDisposeScope();
        Tensor rows = rand(set.LabelCount, network.Layout.GlobalDimension);
        return new TrainingSession(network, rows, (zeros(set.LabelCount, network.Layout.ShallowChannels), zeros(set.LabelCount)), _options);
    }

    /// <summary>Estimates heads and classifiers from the photos, and keeps the network as the start.</summary>
    private TrainingSession Begin(
        DelgNetwork network, TrainingSet set, PhotoCache cache, ModelManifest manifest, bool hasHeads, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using FeatureSurvey survey = FeatureSurvey.Run(network, cache, _options.Seed, Counting(TrainingStage.Surveying, cache.Count), cancellation);
        if (!hasHeads)
        {
            HeadEstimation.SetWhitening(network, survey.Pooled);
            HeadEstimation.SetAutoencoder(network, survey.Positions, _options.Seed);
            HeadEstimation.FitAttention(network, survey.Positions, _options.Seed);
        }
        DelgWeights.Save(StartPath, network, manifest, WeightStorage.Float32);
        long[] labels = [.. set.Photos.Select(p => (long)p.Label)];
        Tensor rows = HeadEstimation.ClassDescriptors(network, survey.Pooled, labels, set.LabelCount);
        return new TrainingSession(network, rows, HeadEstimation.LocalClassifier(survey, labels, set.LabelCount), _options);
    }

    private async Task<TrainingPosition> TrainAsync(
        TrainingSession session, TrainingSet set, PhotoCache cache, string run, TrainingPosition position, CancellationToken cancellation)
    {
        var schedule = new LearningRateSchedule(_options.Decay, _options.WarmUpSteps);
        var pipeline = new CropPipeline(
            set.Photos, cache, _options.Augmentation, _options.Seed, _options.BatchSize, position.Step, _options.BatchesAhead);
        using var metrics = new MetricsLog(MetricsPath, position.Step);
        long begun = Stopwatch.GetTimestamp();
        double secondsBefore = position.Seconds;
        long stepBefore = position.Step;
        double savedAt = secondsBefore;
        while (position.Step < _options.Steps && !cancellation.IsCancellationRequested)
        {
            double done = Share(position);
            if (done >= 1) break;
            CropBatch batch = await pipeline.NextAsync().ConfigureAwait(false);
            double factor = schedule.Factor(position.Step, done);
            StepMetrics step = session.Step(batch, factor);
            position = new(position.Step + 1, secondsBefore + Stopwatch.GetElapsedTime(begun).TotalSeconds);
            metrics.Write(position.Step, position.Seconds, factor, step);
            _progress?.Report(new(TrainingStage.Training, position.Step, _options.Steps, step, Remaining(position)));
            if (position.Seconds - savedAt >= _options.CheckpointMinutes * 60)
            {
                TrainingCheckpoint.Save(CheckpointPath, run, position, session.State);
                savedAt = position.Seconds;
            }
        }
        if (position.Step > stepBefore) TrainingCheckpoint.Save(CheckpointPath, run, position, session.State);
        return position;

        TimeSpan Remaining(TrainingPosition at)
        {
            double pace = (at.Seconds - secondsBefore) / (at.Step - stepBefore);
            double left = (_options.Steps - at.Step) * pace;
            if (_options.LimitMinutes is { } limit) left = Math.Min(left, limit * 60 - at.Seconds);
            return TimeSpan.FromSeconds(Math.Max(0, left));
        }
    }

    private double Share(TrainingPosition position)
    {
        double bySteps = (double)position.Step / _options.Steps;
        return _options.LimitMinutes is { } limit ? Math.Max(bySteps, position.Seconds / (limit * 60)) : bySteps;
    }

    /// <summary>Averages with the start, estimates what shall be estimated from the result, and sets the threshold.</summary>
    private ModelManifest Finish(DelgNetwork network, PhotoCache cache, ModelManifest manifest, bool trained, CancellationToken cancellation)
    {
        FinishingOptions finishing = _options.Finishing;
        if (trained)
        {
            if (finishing.StartShare > 0) AverageWithStart(network, finishing.StartShare);
            if (finishing is not { Whitening: HeadSource.Learned, Autoencoder: HeadSource.Learned, Attention: HeadSource.Learned })
            {
                int count = Math.Min(FinishingPhotos, cache.Count);
                PhotoCache sample = PhotoCache.Of(Enumerable.Range(0, count).Select(i => cache[(int)((long)i * cache.Count / count)]));
                using FeatureSurvey survey = FeatureSurvey.Run(network, sample, _options.Seed, Counting(TrainingStage.Surveying, count), cancellation);
                if (finishing.Whitening == HeadSource.Estimated) HeadEstimation.SetWhitening(network, survey.Pooled);
                if (finishing.Autoencoder == HeadSource.Estimated) HeadEstimation.SetAutoencoder(network, survey.Positions, _options.Seed);
                if (finishing.Attention == HeadSource.Estimated) HeadEstimation.FitAttention(network, survey.Positions, _options.Seed);
            }
        }
        return manifest with { AttentionThreshold = AttentionThreshold.Of(network, cache, manifest.Scales, finishing.ThresholdQuantile) };
    }

    private void AverageWithStart(DelgNetwork network, double startShare)
    {
        using DelgModel start = DelgWeights.Load(StartPath);
        using IDisposable noGradient = no_grad();
        Dictionary<string, Tensor> begun = start.Network.state_dict();
        foreach ((string name, Tensor value) in network.state_dict()) value.lerp_(begun[name].to(value.device), startShare);
    }

    private Counter? Counting(TrainingStage stage, int total) => _progress is null ? null : new(_progress, stage, total);

    /// <summary>Reports at once, in order; <see cref="Progress{T}"/> would post to other threads.</summary>
    private sealed class Counter(IProgress<TrainingProgress> progress, TrainingStage stage, int total) : IProgress<int>
    {
        public void Report(int value) => progress.Report(new(stage, value, total));
    }
}
