using System.CommandLine;
using System.Diagnostics;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Model.Weights;
using Delg.Training;
using Delg.Training.Augmentation;
using Delg.Training.Data;

namespace Delg.Cli.Train;

/// <summary><c>delg train</c>: weights of one's own, from a folder of photos.</summary>
internal sealed class TrainCommand : VerbCommand
{
    private static readonly AugmentationOptions _augmentation = new();
    private static readonly FinishingOptions _finishing = new();

    private readonly Option<string> _images = new("--images")
    {
        Description = "The photos: a folder of folders, or a list of lines 'path label' with paths relative to the list.",
        HelpName = "DIR|LIST",
        Required = true,
    };

    private readonly Option<FileInfo> _init = new("--init")
    {
        Description = "Weights to begin with: DELG weights, or an ImageNet ResNet-50 v1 as safetensors under torchvision's names.",
        HelpName = "W",
        Required = true,
    };

    private readonly Option<FileInfo> _out = new("--out", "-o") { Description = "The weights file to write.", HelpName = "F.safetensors", Required = true };

    private readonly Option<DirectoryInfo?> _work = new("--work")
    {
        Description = "Checkpoints and metrics.csv. A run goes on from the checkpoint it finds there. Default: the weights file's name with '.work' added.",
        HelpName = "DIR",
    };

    private readonly Option<string> _name = new("--name") { Description = "The model's name.", DefaultValueFactory = _ => "delg-r50" };

    private readonly Option<string> _source = new("--source") { Description = "What the weights come from, for their manifest.", DefaultValueFactory = _ => "" };

    private readonly Option<string> _licence = new("--licence") { Description = "The weights' licence, for their manifest.", DefaultValueFactory = _ => "" };

    private readonly Option<WeightStorage> _storage = new("--storage") { Description = "How weights are stored.", DefaultValueFactory = _ => WeightStorage.Float16 };

    private readonly Option<int> _maxImageSize = new("--max-image-size")
    {
        Description = "What the weights bring a picture's larger side down to before the scales, pixels.",
        DefaultValueFactory = _ => 1024,
    };

    private readonly Option<LabelRule> _labels = new("--labels")
    {
        Description = "What is one class: a folder, or each photo by itself (instance).",
        DefaultValueFactory = _ => LabelRule.Folder,
    };

    private readonly Option<string[]> _instanceFolders = new("--instance-folder")
    {
        Description = "With '--labels instance': a folder whose folders show one thing each, so that their photos stay one class. May be repeated.",
        HelpName = "NAME",
    };

    private readonly Option<int> _steps = new("--steps") { Description = "Steps to take; 0 only estimates the heads.", DefaultValueFactory = _ => 2000 };

    private readonly Option<double?> _minutes = new("--minutes") { Description = "End after this time of training, whatever steps are left; the learning rate falls in step." };

    private readonly Option<int> _batch = new("--batch") { Description = "Crops a step.", DefaultValueFactory = _ => 32 };

    private readonly Option<int> _crop = new("--crop") { Description = "Side of a crop, pixels.", DefaultValueFactory = _ => _augmentation.CropPixels };

    private readonly Option<double> _paste = new("--paste")
    {
        Description = "Share of crops that are whole photos pasted on others, 0 to 1.",
        DefaultValueFactory = _ => _augmentation.PasteProbability,
    };

    private readonly Option<int> _warmUp = new("--warm-up") { Description = "Steps over which the learning rate rises.", DefaultValueFactory = _ => 200 };

    private readonly Option<double> _trunkRate = new("--trunk-rate") { Description = "Learning rate of the trunk.", DefaultValueFactory = _ => 0.001 };

    private readonly Option<double> _headRate = new("--head-rate") { Description = "Learning rate of the global head.", DefaultValueFactory = _ => 0.005 };

    private readonly Option<double> _attentionRate = new("--attention-rate") { Description = "Learning rate of the attention.", DefaultValueFactory = _ => 0.02 };

    private readonly Option<string> _precision = new("--precision")
    {
        Description = "What convolutions run in. bfloat16 is fast on processors that have it, and slow on others.",
        DefaultValueFactory = _ => "float32",
    };

    private readonly Option<int> _seed = new("--seed") { Description = "Of everything random.", DefaultValueFactory = _ => 1 };

    private readonly Option<double> _startShare = new("--start-share")
    {
        Description = "Share of the initial weights in the average that is kept, 0 to 1.",
        DefaultValueFactory = _ => _finishing.StartShare,
    };

    private readonly Option<HeadSource> _whitening = new("--whitening")
    {
        Description = "The embedding layer: as learned, or estimated anew (PCA whitening).",
        DefaultValueFactory = _ => _finishing.Whitening,
    };

    private readonly Option<HeadSource> _autoencoder = new("--autoencoder")
    {
        Description = "The autoencoder: as learned, or estimated anew (PCA).",
        DefaultValueFactory = _ => _finishing.Autoencoder,
    };

    private readonly Option<HeadSource> _attention = new("--attention")
    {
        Description = "The attention: as learned, or estimated anew (the feature's length).",
        DefaultValueFactory = _ => _finishing.Attention,
    };

    public TrainCommand()
        : base(
            "train",
            "Fine-tune all layers on photos and write weights. Ctrl+C saves a checkpoint; the same command goes on from it.",
            "delg train --images photos --init resnet50.safetensors --out mine.safetensors --minutes 40",
            "delg train --images photos --labels instance --paste 0.35 --init resnet50.safetensors --precision bfloat16 --out mine.safetensors")
    {
        _precision.AcceptOnlyFromAmong("float32", "bfloat16");
        foreach (Option option in new Option[]
        {
            _images, _init, _out, _work, _name, _source, _licence, _storage, _maxImageSize, _labels, _instanceFolders, _steps, _minutes, _batch, _crop, _paste, _warmUp,
            _trunkRate, _headRate, _attentionRate, _precision, _seed, _startShare, _whitening, _autoencoder, _attention,
        })
        {
            Add(option);
        }
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        TrainingOptions options = Read(arguments);
        TrainingRun run = Create(options, new TrainProgress(terminal));
        var watch = Stopwatch.StartNew();
        TrainingResult result = await run.RunAsync(cancellation);
        if (result.Model is null)
            throw new CommandFailedException($"Stopped after {result.Steps} steps; the checkpoint is in {options.WorkFolder}, and the same command goes on from it.");

        if (terminal.IsJson)
        {
            terminal.WriteJson(new
            {
                Out = options.Output,
                ModelId = result.Model.ToString(),
                result.Steps,
                result.Photos,
                result.Labels,
                Metrics = Path.Combine(options.WorkFolder, "metrics.csv"),
                watch.Elapsed.TotalSeconds,
            });
        }
        else
        {
            terminal.WriteReportLine($"{result.Model} after {result.Steps} steps on {result.Photos} photos in {result.Labels} classes: {options.Output}");
        }
        return ExitCode.Done;
    }

    private static TrainingRun Create(TrainingOptions options, IProgress<TrainingProgress> progress)
    {
        try
        {
            return new TrainingRun(options, progress);
        }
        catch (ArgumentException mistake)
        {
            throw new WrongUsageException(mistake.Message);
        }
    }

    private TrainingOptions Read(ParseResult arguments)
    {
        string output = arguments.GetRequiredValue(_out).FullName;
        return new TrainingOptions
        {
            Images = arguments.GetRequiredValue(_images),
            Init = arguments.GetRequiredValue(_init).FullName,
            Output = output,
            WorkFolder = arguments.GetValue(_work)?.FullName ?? output + ".work",
            Name = arguments.GetRequiredValue(_name),
            Source = arguments.GetRequiredValue(_source),
            Licence = arguments.GetRequiredValue(_licence),
            Storage = arguments.GetValue(_storage),
            MaxImageSizePixels = arguments.GetValue(_maxImageSize),
            Labels = arguments.GetValue(_labels),
            InstanceFolders = arguments.GetValue(_instanceFolders) ?? [],
            Steps = arguments.GetValue(_steps),
            LimitMinutes = arguments.GetValue(_minutes),
            BatchSize = arguments.GetValue(_batch),
            WarmUpSteps = arguments.GetValue(_warmUp),
            TrunkLearningRate = arguments.GetValue(_trunkRate),
            GlobalHeadLearningRate = arguments.GetValue(_headRate),
            AttentionLearningRate = arguments.GetValue(_attentionRate),
            Bfloat16 = arguments.GetValue(_precision) == "bfloat16",
            Seed = arguments.GetValue(_seed),
            Augmentation = _augmentation with { CropPixels = arguments.GetValue(_crop), PasteProbability = arguments.GetValue(_paste) },
            Finishing = _finishing with
            {
                StartShare = arguments.GetValue(_startShare),
                Whitening = arguments.GetValue(_whitening),
                Autoencoder = arguments.GetValue(_autoencoder),
                Attention = arguments.GetValue(_attention),
            },
        };
    }
}
