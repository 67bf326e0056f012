using Delg.Model.Extraction;
using Delg.Model.Weights;
using Delg.Training.Augmentation;
using Delg.Training.Data;
using Delg.Training.Optimization;
using Delg.Training.Validating;

namespace Delg.Training;

/// <summary>A training run. The defaults are those the shipped weights were trained with, where they do not depend on the photos.</summary>
public sealed record TrainingOptions
{
    /// <summary>A folder of folders of photos, or a list of lines <c>path label</c>.</summary>
    public required string Images { get; init; }

    /// <summary>
    /// Weights to begin with: a DELG file (its heads are kept), or an ImageNet classifier under torchvision's names (the heads are
    /// estimated from the photos).
    /// </summary>
    public required string Init { get; init; }

    /// <summary>Where the trained weights go.</summary>
    public required string Output { get; init; }

    /// <summary>Where checkpoints and metrics lie. A run that finds its checkpoint here goes on from it.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Name of the trained model, the first half of its identity.</summary>
    public string Name { get; init; } = "delg-r50";

    /// <summary>What the weights were trained from and on, for the manifest.</summary>
    public string Source { get; init; } = "";

    /// <summary>Licence of the trained weights, for the manifest.</summary>
    public string Licence { get; init; } = "";

    /// <summary>
    /// How the trained weights are stored. Eight bits lose what a short training adds where it is less than half a step of theirs.
    /// </summary>
    public WeightStorage Storage { get; init; } = WeightStorage.Float16;

    /// <summary>
    /// What the weights shall bring a picture's larger side down to before the scales, pixels; it goes into their manifest. 1024 as published;
    /// less where crops were small, because larger pictures then only cost time.
    /// </summary>
    public int MaxImageSizePixels { get; init; } = 1024;

    public LabelRule Labels { get; init; } = LabelRule.Folder;

    /// <summary>With <see cref="LabelRule.Instance"/>: folders in which every folder shows one thing and stays one class.</summary>
    public IReadOnlyList<string> InstanceFolders { get; init; } = [];

    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>Photos are held in memory shrunk to this short side, in pixels. Crops are cut from that.</summary>
    public int CachedSidePixels { get; init; } = 208;

    /// <summary>Pixels held in memory at most, in units of 2²⁰ bytes; photos beyond are decoded for each crop.</summary>
    public int PhotoCacheMegabytes { get; init; } = 4096;

    /// <summary>Photos held back, and what is done with them.</summary>
    public ValidationOptions Validation { get; init; } = new();

    /// <summary>If set, the trunk stays as it is.</summary>
    public HeadsOnlyOptions? HeadsOnly { get; init; }

    /// <summary>Draw classes equally often, whatever photos they have; else every photo comes once an epoch.</summary>
    public bool ClassBalanced { get; init; }

    /// <summary>Where the network runs: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    public int BatchSize { get; init; } = 32;

    /// <summary>Steps to take; 0 only estimates the heads.</summary>
    public int Steps { get; init; } = 2000;

    /// <summary>If set, the run ends after these minutes of training even if steps are left; the learning rate falls in step with it.</summary>
    public double? LimitMinutes { get; init; }

    public int WarmUpSteps { get; init; } = 200;

    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Cosine;

    public double TrunkLearningRate { get; init; } = 0.001;

    /// <summary>Of the whitening and of ArcFace's rows.</summary>
    public double GlobalHeadLearningRate { get; init; } = 0.005;

    /// <summary>Of the attention and its classifier. Their loss hardly moves at the trunk's rate.</summary>
    public double AttentionLearningRate { get; init; } = 0.02;

    public double AutoencoderLearningRate { get; init; } = 0.001;

    public double Momentum { get; init; } = 0.9;

    /// <summary>Bound on the gradients' norm, for the trunk with the global head and for the local head apart: they share none.</summary>
    public double GradientNorm { get; init; } = 10;

    /// <summary>Radians.</summary>
    public double ArcFaceMargin { get; init; } = 0.1;

    /// <summary>√2048.</summary>
    public double ArcFaceScale { get; init; } = 45.25;

    public double AttentionWeight { get; init; } = 1;

    public double ReconstructionWeight { get; init; } = 10;

    /// <summary>
    /// Mixed precision: convolutions run in bfloat16; weights, their updates, GeM and all losses stay float32. Three times as fast on processors
    /// that have it, slow on others.
    /// </summary>
    public bool Bfloat16 { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Photos decoded at a time, and batches of crops made at a time, each on a thread of its own.</summary>
    public int Threads { get; init; } = Math.Max(4, Environment.ProcessorCount);

    public double CheckpointMinutes { get; init; } = 5;

    public FinishingOptions Finishing { get; init; } = new();

    /// <summary>Every value that is out of its range, as a sentence each.</summary>
    public IEnumerable<string> FindMistakes()
    {
        foreach ((string name, string value) in new[] { (nameof(Images), Images), (nameof(Init), Init), (nameof(Output), Output), (nameof(WorkFolder), WorkFolder) })
        {
            if (string.IsNullOrWhiteSpace(value)) yield return $"{name} must be given.";
        }
        foreach ((string name, int value, int minimum, int maximum) in new[]
        {
            (nameof(CachedSidePixels), CachedSidePixels, 32, 2048), (nameof(MaxImageSizePixels), MaxImageSizePixels, 32, 16384), (nameof(BatchSize), BatchSize, 1, 4096),
            (nameof(Steps), Steps, 0, 100_000_000), (nameof(WarmUpSteps), WarmUpSteps, 0, 1_000_000), (nameof(Threads), Threads, 1, 1024),
            (nameof(PhotoCacheMegabytes), PhotoCacheMegabytes, 0, 10_000_000),
        })
        {
            if (value < minimum || value > maximum) yield return $"{name} must be {minimum} to {maximum}, not {value}.";
        }
        foreach ((string name, double value) in new[]
        {
            (nameof(TrunkLearningRate), TrunkLearningRate), (nameof(GlobalHeadLearningRate), GlobalHeadLearningRate),
            (nameof(AttentionLearningRate), AttentionLearningRate), (nameof(AutoencoderLearningRate), AutoencoderLearningRate),
            (nameof(AttentionWeight), AttentionWeight), (nameof(ReconstructionWeight), ReconstructionWeight), (nameof(ArcFaceMargin), ArcFaceMargin),
        })
        {
            if (!(value >= 0 && double.IsFinite(value))) yield return $"{name} must be 0 or more, not {value}.";
        }
        foreach ((string name, double value) in new[]
        {
            (nameof(GradientNorm), GradientNorm), (nameof(ArcFaceScale), ArcFaceScale), (nameof(CheckpointMinutes), CheckpointMinutes),
            (nameof(LimitMinutes), LimitMinutes ?? 1),
        })
        {
            if (!(value > 0 && double.IsFinite(value))) yield return $"{name} must be above 0, not {value}.";
        }
        if (!(Momentum is >= 0 and < 1)) yield return $"Momentum must be 0 to below 1, not {Momentum}.";
        if (!TorchDevice.IsName(Device)) yield return $"Device must be cpu, cuda or cuda:N, not '{Device}'.";
        foreach (string mistake in Validation.FindMistakes()) yield return "Validation: " + mistake;
        foreach (string mistake in HeadsOnly?.FindMistakes() ?? []) yield return "HeadsOnly: " + mistake;
        foreach (string mistake in Augmentation.FindMistakes()) yield return "Augmentation: " + mistake;
        foreach (string mistake in Finishing.FindMistakes()) yield return "Finishing: " + mistake;
    }
}
