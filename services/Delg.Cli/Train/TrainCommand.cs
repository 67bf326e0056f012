using System.CommandLine;
using System.Diagnostics;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Model.Weights;
using Delg.Training;
using Delg.Training.Augmentation;
using Delg.Training.Data;
using Delg.Training.Optimization;
using Delg.Training.Validating;

namespace Delg.Cli.Train;

/// <summary><c>delg train</c>: weights of one's own, from a folder of photos.</summary>
internal sealed class TrainCommand : VerbCommand
{
    private const string Published = "published";

    private static readonly AugmentationOptions _augmentation = new();
    private static readonly FinishingOptions _finishing = new();
    private static readonly ValidationOptions _validation = new();
    private static readonly HeadsOnlyOptions _headsOnly = new();
    private static readonly TrainingOptions _defaults = new() { Images = "", Init = "", Output = "", WorkFolder = "" };

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
        Description = "Checkpoints, metrics.csv, validation.csv and curves.png. A run goes on from the checkpoint it finds there. Default: the weights file's name with '.work' added.",
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

    private readonly Option<bool> _balanced = new("--balanced") { Description = "Draw classes equally often, whatever photos they have." };

    private readonly Option<bool> _headsOnlyFlag = new("--heads-only")
    {
        Description = "Leave the trunk as it is: it runs once over a few views of each photo, whose feature maps are kept in the work folder. Minutes without a GPU.",
    };

    private readonly Option<int> _views = new("--views")
    {
        Description = "With '--heads-only': views kept of each photo; fewer where they would not fit.",
        DefaultValueFactory = _ => _headsOnly.ViewsPerPhoto,
    };

    private readonly Option<int> _featureCache = new("--feature-cache-mb")
    {
        Description = "With '--heads-only': bound on the kept feature maps; a view of 208 pixels takes a third of a megabyte.",
        DefaultValueFactory = _ => _headsOnly.CacheMegabytes,
    };

    private readonly Option<double> _held = new("--validation")
    {
        Description = "Share of each class's photos held back from training and measured, 0 to 0.5 (published: 0.2).",
        DefaultValueFactory = _ => _validation.Share,
        HelpName = "SHARE",
    };

    private readonly Option<int> _validateEvery = new("--validate-every") { Description = "Steps between validations.", DefaultValueFactory = _ => _validation.EverySteps };

    private readonly Option<int> _patience = new("--patience")
    {
        Description = "Stop after this many validations without a better one, and keep the best weights; 0: never.",
        DefaultValueFactory = _ => _validation.Patience,
    };

    private readonly Option<string> _recipe = new("--augmentation")
    {
        Description = "viewpoints: perspective, pasting, light, blur, JPEG. published: a distorted box of 8 to 100 % of the photo (give it '--crop 321').",
        DefaultValueFactory = _ => "viewpoints",
    };

    private readonly Option<int?> _photoSide = new("--photo-side") { Description = "Short side that photos are held in memory at, pixels. Default: the crop's." };

    private readonly Option<int> _photoCache = new("--photo-cache-mb")
    {
        Description = "Pixels held in memory at most; photos beyond are decoded for each crop.",
        DefaultValueFactory = _ => _defaults.PhotoCacheMegabytes,
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Photos decoded at a time, and batches made ahead. Default: one a processor, at least 4.",
        DefaultValueFactory = _ => _defaults.Threads,
    };

    private readonly Option<string> _device = new("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => _defaults.Device };

    private readonly Option<double> _checkpointMinutes = new("--checkpoint-minutes")
    {
        Description = "Time between checkpoints.",
        DefaultValueFactory = _ => _defaults.CheckpointMinutes,
    };

    private readonly Option<LearningRateDecay> _decay = new("--decay")
    {
        Description = "How learning rates fall to zero (published: linear).",
        DefaultValueFactory = _ => _defaults.Decay,
    };

    private readonly Option<double> _autoencoderRate = new("--autoencoder-rate")
    {
        Description = "Learning rate of the autoencoder.",
        DefaultValueFactory = _ => _defaults.AutoencoderLearningRate,
    };

    private readonly Option<double> _momentum = new("--momentum") { Description = "Of the descent, 0 to below 1.", DefaultValueFactory = _ => _defaults.Momentum };

    private readonly Option<double> _clip = new("--clip")
    {
        Description = "Bound on the gradients' norm, for trunk and global head and for the local head apart.",
        DefaultValueFactory = _ => _defaults.GradientNorm,
    };

    private readonly Option<double> _margin = new("--arcface-margin") { Description = "ArcFace's margin, radians.", DefaultValueFactory = _ => _defaults.ArcFaceMargin };

    private readonly Option<double> _scale = new("--arcface-scale") { Description = "ArcFace's factor on cosines.", DefaultValueFactory = _ => _defaults.ArcFaceScale };

    private readonly Option<double> _attentionWeight = new("--attention-weight")
    {
        Description = "Weight of the attention's loss.",
        DefaultValueFactory = _ => _defaults.AttentionWeight,
    };

    private readonly Option<double> _reconstructionWeight = new("--reconstruction-weight")
    {
        Description = "Weight of the autoencoder's loss.",
        DefaultValueFactory = _ => _defaults.ReconstructionWeight,
    };

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
        Description = "What convolutions run in; weights and losses stay float32. bfloat16 is fast on GPUs and processors that have it, and slow on others.",
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
            "Fine-tune all layers on photos, or the heads alone, and write weights. Ctrl+C or SIGTERM saves a checkpoint; the same command goes on from it.",
            "delg train --images photos --init resnet50.safetensors --out mine.safetensors --minutes 40",
            "delg train --images photos --init delg-r50.safetensors --heads-only --steps 300 --validation 0.2 --out mine.safetensors",
            "delg train --images photos --init resnet50.safetensors --validation 0.2 --validate-every 100 --patience 5 --balanced --out mine.safetensors",
            "delg train --images list.txt --init resnet50.safetensors --augmentation published --crop 321 --decay linear --device cuda:0 --precision bfloat16 --out mine.safetensors",
            "delg train --images photos --labels instance --paste 0.35 --init resnet50.safetensors --precision bfloat16 --out mine.safetensors")
    {
        _precision.AcceptOnlyFromAmong("float32", "bfloat16");
        _recipe.AcceptOnlyFromAmong("viewpoints", Published);
        foreach (Option option in new Option[]
        {
            _images, _init, _out, _work, _name, _source, _licence, _storage, _maxImageSize, _labels, _instanceFolders, _balanced,
            _headsOnlyFlag, _views, _featureCache, _held, _validateEvery, _patience, _steps, _minutes, _checkpointMinutes, _batch, _recipe, _crop, _paste,
            _photoSide, _photoCache, _threads, _device, _precision, _warmUp, _decay, _trunkRate, _headRate, _attentionRate, _autoencoderRate, _momentum, _clip,
            _margin, _scale, _attentionWeight, _reconstructionWeight, _seed, _startShare, _whitening, _autoencoder, _attention,
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
                result.KeptStep,
                result.Photos,
                ValidationPhotos = result.HeldPhotos,
                result.Labels,
                Validation = result.Validation is { } v
                    ? new { v.GlobalLoss, v.Accuracy, v.AttentionLoss, v.ReconstructionLoss, Map = double.IsNaN(v.MeanAveragePrecision) ? (double?)null : v.MeanAveragePrecision }
                    : null,
                Metrics = Path.Combine(options.WorkFolder, "metrics.csv"),
                Curves = result.Steps > 0 ? Path.Combine(options.WorkFolder, "curves.png") : null,
                watch.Elapsed.TotalSeconds,
            });
        }
        else
        {
            terminal.WriteReportLine($"{result.Model} of step {result.KeptStep} of {result.Steps} on {result.Photos} photos in {result.Labels} classes: {options.Output}");
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
            AutoencoderLearningRate = arguments.GetValue(_autoencoderRate),
            Decay = arguments.GetValue(_decay),
            Momentum = arguments.GetValue(_momentum),
            GradientNorm = arguments.GetValue(_clip),
            ArcFaceMargin = arguments.GetValue(_margin),
            ArcFaceScale = arguments.GetValue(_scale),
            AttentionWeight = arguments.GetValue(_attentionWeight),
            ReconstructionWeight = arguments.GetValue(_reconstructionWeight),
            CheckpointMinutes = arguments.GetValue(_checkpointMinutes),
            ClassBalanced = arguments.GetValue(_balanced),
            CachedSidePixels = arguments.GetValue(_photoSide) ?? arguments.GetValue(_crop),
            PhotoCacheMegabytes = arguments.GetValue(_photoCache),
            Threads = arguments.GetValue(_threads),
            Device = arguments.GetRequiredValue(_device),
            Bfloat16 = arguments.GetValue(_precision) == "bfloat16",
            Seed = arguments.GetValue(_seed),
            HeadsOnly = arguments.GetValue(_headsOnlyFlag)
                ? _headsOnly with { ViewsPerPhoto = arguments.GetValue(_views), CacheMegabytes = arguments.GetValue(_featureCache) }
                : null,
            Validation = _validation with
            {
                Share = arguments.GetValue(_held),
                EverySteps = arguments.GetValue(_validateEvery),
                Patience = arguments.GetValue(_patience),
            },
            Augmentation = (arguments.GetValue(_recipe) == Published ? AugmentationOptions.Published : _augmentation) with
            {
                CropPixels = arguments.GetValue(_crop),
                PasteProbability = arguments.GetValue(_paste),
            },
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
