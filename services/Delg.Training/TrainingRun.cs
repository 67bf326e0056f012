using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Delg.Model.Extraction;
using Delg.Model.Network;
using Delg.Model.Weights;
using Delg.Training.Checkpoints;
using Delg.Training.Data;
using Delg.Training.FeatureMaps;
using Delg.Training.Initialization;
using Delg.Training.Validating;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Training;

/// <summary>
/// Fine-tunes all layers of a DELG network on photos (DELG §3.3, §4.1), or its heads alone, from an ImageNet classifier or from DELG
/// weights, and writes finished weights. A cancelled or broken-off run goes on from its last checkpoint when it is run again.
/// </summary>
public sealed class TrainingRun
{
    // Enough photos for the covariance of 2,048 channels; more only take time.
    private const int FinishingPhotos = 2500;

    private readonly TrainingOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly Device _device;
    private readonly RunFiles _files;

    /// <param name="options">Checked here.</param>
    /// <param name="progress">Told of every hundredth photo, every step and every validation.</param>
    /// <exception cref="ArgumentException">An option is out of range, or there is no such device; the message names all that are.</exception>
    public TrainingRun(TrainingOptions options, IProgress<TrainingProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        string mistakes = string.Join(" ", options.FindMistakes());
        if (mistakes.Length > 0) throw new ArgumentException("Training: " + mistakes, nameof(options));
        _options = options;
        _progress = progress;
        _device = TorchDevice.Open(options.Device);
        _files = new RunFiles(options.WorkFolder);
    }

    /// <summary>Trains to the end, or to cancellation, which saves a checkpoint first.</summary>
    /// <exception cref="IOException">Photos or weights cannot be read, or results cannot be written.</exception>
    /// <exception cref="InvalidDataException">The photos are no training set, or their feature maps do not fit the bound.</exception>
    /// <exception cref="WeightsFormatException">The initial weights or the checkpoint do not fit.</exception>
    public Task<TrainingResult> RunAsync(CancellationToken cancellation = default) =>
        // Torch keeps threads and buffers for every thread that calls it: one calls it for the whole run.
        Task.Factory.StartNew(() => Run(cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private TrainingResult Run(CancellationToken cancellation)
    {
        (TrainingSet set, IReadOnlyList<TrainingPhoto> allHeld) =
            TrainingSet.Read(_options.Images, _options.Labels, _options.InstanceFolders).Split(_options.Validation.Share, _options.Seed);
        TrainingPhoto[] held = [.. Spread(allHeld, _options.Validation.MaxPhotos)];
        Directory.CreateDirectory(_options.WorkFolder);
        PhotoCache cache = Decode(set.Photos, cancellation), heldCache = Decode(held, cancellation);
        string run = string.Create(CultureInfo.InvariantCulture,
            $"photos {set.Photos.Count}, classes {set.LabelCount}, batch {_options.BatchSize}, crop {_options.Augmentation.CropPixels}, seed {_options.Seed}")
            + (_options.HeadsOnly is null ? "" : ", heads only") + (_options.ClassBalanced ? ", classes balanced" : "");

        bool resumes = File.Exists(_files.Checkpoint);
        (DelgNetwork network, ModelManifest manifest, bool hasHeads) = StartingNetwork.Open(resumes ? _files.Start : _options.Init, _options.Name);
        network.ComputeType = _options.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        manifest = manifest with { Source = _options.Source, Licence = _options.Licence, MaxImageSizePixels = _options.MaxImageSizePixels };
        using TrainingSession session = resumes
            ? Begin(network, set)
            : Begin(network, set, cache, manifest, hasHeads, cancellation);
        TrainingPosition position = TrainingPosition.Start;
        if (resumes) position = TrainingCheckpoint.Load(_files.Checkpoint, run, session.State);
        else TrainingCheckpoint.Save(_files.Checkpoint, run, position, session.State);

        ValidationMetrics? validated;
        (position, validated) = Train(session, set, cache, new HeldPhotos(held, heldCache, _options.Augmentation.CropPixels), run, position, cancellation);
        if (cancellation.IsCancellationRequested)
            return new TrainingResult(position.Step, position.Step, set.Photos.Count, allHeld.Count, set.LabelCount, validated, null);

        long kept = position.Step;
        if (_options.Validation.Patience > 0 && position.BestStep < position.Step && File.Exists(_files.Best))
            kept = TrainingCheckpoint.Load(_files.Best, run, session.State).Step;
        manifest = Finish(network, cache, manifest, trained: position.Step > 0, cancellation);
        ModelId id = DelgWeights.Save(_options.Output, network, manifest, _options.Storage);
        return new TrainingResult(position.Step, kept, set.Photos.Count, allHeld.Count, set.LabelCount, validated, id);
    }

    /// <summary>A session whose tensors a checkpoint will fill.</summary>
    private TrainingSession Begin(DelgNetwork network, TrainingSet set)
    {
        network.to(_device);
        using var scope = NewDisposeScope();
        Tensor rows = rand(set.LabelCount, network.Layout.GlobalDimension);
        return new TrainingSession(network, rows, (zeros(set.LabelCount, network.Layout.ShallowChannels), zeros(set.LabelCount)), _options);
    }

    /// <summary>Estimates heads and classifiers from the photos, and keeps the network as the start.</summary>
    private TrainingSession Begin(
        DelgNetwork network, TrainingSet set, PhotoCache cache, ModelManifest manifest, bool hasHeads, CancellationToken cancellation)
    {
        using FeatureSurvey survey = Survey(network, cache, cancellation);
        if (!hasHeads)
        {
            HeadEstimation.SetWhitening(network, survey.Pooled);
            HeadEstimation.SetAutoencoder(network, survey.Positions, _options.Seed);
            HeadEstimation.FitAttention(network, survey.Positions, _options.Seed);
        }
        DelgWeights.Save(_files.Start, network, manifest, WeightStorage.Float32);
        long[] labels = [.. set.Photos.Select(p => (long)p.Label)];
        using Tensor rows = HeadEstimation.ClassDescriptors(network, survey.Pooled, labels, set.LabelCount);
        (Tensor weight, Tensor bias) = HeadEstimation.LocalClassifier(survey, labels, set.LabelCount);
        network.to(_device);
        using (weight)
        using (bias)
            return new TrainingSession(network, rows, (weight, bias), _options);
    }

    /// <summary>Runs the trunk on the device; what is estimated from the survey is computed on the processor, where the network is left.</summary>
    private FeatureSurvey Survey(DelgNetwork network, PhotoCache cache, CancellationToken cancellation)
    {
        network.to(_device);
        FeatureSurvey survey = FeatureSurvey.Run(network, cache, _options.Seed, Counting(TrainingStage.Surveying, cache.Count), cancellation);
        network.to(CPU);
        return survey;
    }

    private (TrainingPosition Position, ValidationMetrics? Validated) Train(
        TrainingSession session, TrainingSet set, PhotoCache cache, HeldPhotos held, string run, TrainingPosition position, CancellationToken cancellation)
    {
        SampleOrder order = _options.ClassBalanced ? SampleOrder.ByClass(set.Photos, _options.Seed) : SampleOrder.ByPhoto(set.Photos, _options.Seed);
        var crops = new CropSource(set.Photos, cache, _options.Augmentation, _options.Seed);
        Func<long, TrainingBatch> make = step => crops.Step(order, _options.BatchSize, step);
        Func<IEnumerable<TrainingBatch>> heldBatches = held.Batches;
        MapSource? maps = null;
        MapFile? heldMaps = null;
        try
        {
            if (_options.HeadsOnly is { } headsOnly && _options.Steps > 0)
            {
                var caching = new MapCaching(
                    session.Network, MapShape.Of(session.Network, _options.Augmentation.CropPixels), _options.Threads, total => Counting(TrainingStage.Caching, total));
                string content = Content(set.Photos);
                maps = MapSource.Open(caching, _files.Maps, content, set.Photos, crops, headsOnly, held.Count, _options.Seed, cancellation);
                heldMaps = caching.Fill(_files.HeldMaps, $"held, share {_options.Validation.Share:R}, {content}", held.Count, held.Crops, cancellation);
                make = step => maps.Step(order, _options.BatchSize, step);
                heldBatches = () => held.Batches(heldMaps);
            }
            Validation? validation = held.Count > 0 ? new(heldBatches) : null;
            var loop = new TrainingLoop(_options, session, _files, run, validation, _progress);
            return (loop.Run(position, make, cancellation), loop.Validated);
        }
        finally
        {
            maps?.Dispose();
            heldMaps?.Dispose();
        }
    }

    /// <summary>All that cached feature maps depend on.</summary>
    private string Content(IReadOnlyList<TrainingPhoto> photos)
    {
        string paths = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', photos.Select(p => p.Path)))));
        using FileStream start = File.OpenRead(_files.Start);
        return string.Create(CultureInfo.InvariantCulture,
            $"start {Convert.ToHexString(SHA256.HashData(start))}, photos {paths}, side {_options.CachedSidePixels}, bfloat16 {_options.Bfloat16}, seed {_options.Seed}, {_options.Augmentation}");
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
                using FeatureSurvey survey = Survey(network, cache.Sample(FinishingPhotos), cancellation);
                if (finishing.Whitening == HeadSource.Estimated) HeadEstimation.SetWhitening(network, survey.Pooled);
                if (finishing.Autoencoder == HeadSource.Estimated) HeadEstimation.SetAutoencoder(network, survey.Positions, _options.Seed);
                if (finishing.Attention == HeadSource.Estimated) HeadEstimation.FitAttention(network, survey.Positions, _options.Seed);
            }
        }
        network.to(_device);
        float threshold = AttentionThreshold.Of(network, cache, manifest.Scales, finishing.ThresholdQuantile);
        network.to(CPU);
        return manifest with { AttentionThreshold = threshold };
    }

    private void AverageWithStart(DelgNetwork network, double startShare)
    {
        using DelgModel start = DelgWeights.Load(_files.Start);
        using IDisposable noGradient = no_grad();
        Dictionary<string, Tensor> begun = start.Network.state_dict();
        foreach ((string name, Tensor value) in network.state_dict()) value.lerp_(begun[name].to(value.device), startShare);
    }

    private PhotoCache Decode(IReadOnlyList<TrainingPhoto> photos, CancellationToken cancellation) => PhotoCache.Load(
        photos, _options.CachedSidePixels, _options.PhotoCacheMegabytes, _options.Threads, Counting(TrainingStage.Decoding, photos.Count), cancellation);

    /// <summary>As many as asked for at equal distances.</summary>
    private static IEnumerable<TrainingPhoto> Spread(IReadOnlyList<TrainingPhoto> photos, int most)
    {
        int count = Math.Min(most, photos.Count);
        return Enumerable.Range(0, count).Select(i => photos[(int)((long)i * photos.Count / count)]);
    }

    private Counter? Counting(TrainingStage stage, int total) => _progress is null ? null : new(_progress, stage, total);

    /// <summary>Reports at once, in order; <see cref="Progress{T}"/> would post to other threads.</summary>
    private sealed class Counter(IProgress<TrainingProgress> progress, TrainingStage stage, int total) : IProgress<int>
    {
        public void Report(int value) => progress.Report(new(stage, value, total));
    }
}
