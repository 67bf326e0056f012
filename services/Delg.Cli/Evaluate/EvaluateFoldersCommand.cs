using System.CommandLine;
using System.Diagnostics;
using Delg.Cli.CommandLine;
using Delg.Cli.Extraction;
using Delg.Cli.Files;
using Delg.Cli.Output;
using Delg.Evaluation.Protocols;
using Delg.Gateway.Ranking;
using Delg.Model.Extraction;

namespace Delg.Cli.Evaluate;

/// <summary><c>delg evaluate folders</c>: retrieval of photos sorted into folders, before and after verification.</summary>
internal sealed class EvaluateFoldersCommand : VerbCommand
{
    private readonly Argument<DirectoryInfo> _folder = new("DIR")
    {
        Description = "Its subfolders are groups: the photos of one show the same thing. A group's family is its name up to the first '_'.",
    };

    private readonly Option<DirectoryInfo?> _distractors = new("--distractors") { Description = "Folder of photos that are in the index and never right.", HelpName = "DIR" };

    private readonly Option<int> _depth = new("--depth") { Description = "Candidates verified for each query, at least 1.", DefaultValueFactory = _ => 100, HelpName = "N" };

    private readonly Option<DirectoryInfo?> _cache = new("--cache")
    {
        Description = "Folder that keeps extracted features for the next run (about 0.6 MB a photo).",
        HelpName = "DIR",
    };

    private readonly Option<double?> _fusionWeight = new("--fusion-weight")
    {
        Description = $"What a fully verified candidate gains in fused order, in units of cosine similarity. Default: as the weights say, else {RankingRule.DefaultFusionWeight}.",
        HelpName = "W",
    };

    private readonly Option<int?> _fusionCap = new("--fusion-cap")
    {
        Description = $"Effective inliers from which more count for nothing more in fused order. Default: as the weights say, else {RankingRule.DefaultFusionCap}.",
        HelpName = "N",
    };

    private readonly ExtractorArguments _extractor;
    private readonly VerificationArguments _verification;

    public EvaluateFoldersCommand()
        : base(
            "folders",
            "Ask each photo of each group once against all other photos, and measure mean average precision (trapezoid, as revisited Oxford and Paris) and " +
            "recall@1 by family and as the mean over families: by global descriptor alone; re-ranked in fused order with float32, int8 and binary local " +
            "descriptors; and re-ranked in the published order.",
            "delg evaluate folders photos/groups --distractors photos/distractors",
            "delg evaluate folders photos/groups --cache features --max-residual 10 --json")
    {
        Add(_folder);
        Add(_distractors);
        Add(_depth);
        Add(_cache);
        Add(_fusionWeight);
        Add(_fusionCap);
        _extractor = new ExtractorArguments(this);
        _verification = new VerificationArguments(this);
        _depth.Within(1, int.MaxValue);
        _fusionCap.Within(1, int.MaxValue);
        _fusionWeight.Within(0, double.PositiveInfinity);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var images = ImagesOf(arguments);
        if (new FolderProtocol(images).Queries.Count == 0)
            throw new CommandFailedException($"No subfolder of '{arguments.GetValue(_folder)}' holds two photos, so there is nothing to ask.");

        var watch = Stopwatch.StartNew();
        using var extractor = _extractor.Load(arguments);
        var cache = arguments.GetValue(_cache) is { } folder ? new FeatureCache(folder, extractor) : null;
        var described = await new FolderExtraction(extractor, cache).RunAsync(images, terminal, cancellation);
        var extractTime = watch.Elapsed;
        DescribedImage[] usable = [.. described.Where(image => image.Features is not null)];
        var protocol = new FolderProtocol([.. usable.Select(image => image.Image)]);
        if (protocol.Queries.Count == 0)
            throw new CommandFailedException($"Too few photos can be described: {described.First(image => image.Failure is not null).Failure}");

        watch.Restart();
        var tuned = extractor.Manifest.Fusion;
        var settings = new RankingSettings(
            arguments.GetRequiredValue(_depth),
            arguments.GetValue(_fusionWeight) ?? tuned?.Weight ?? RankingRule.DefaultFusionWeight,
            arguments.GetValue(_fusionCap) ?? tuned?.Cap ?? RankingRule.DefaultFusionCap,
            _verification.Read(arguments));
        var outcome = await new FolderRanking([.. usable.Select(image => image.Features!)], protocol, settings).RunAsync(terminal, cancellation);
        var report = new EvaluationReport
        {
            ModelId = extractor.ModelId.ToString(),
            Precision = extractor.Precision == InferencePrecision.BFloat16 ? "bfloat16" : "float32",
            Images = usable.Length,
            Distractors = usable.Count(image => image.Image.Group is null),
            Queries = protocol.Queries.Count,
            Depth = settings.Depth,
            FusionWeight = settings.FusionWeight,
            FusionCap = settings.FusionCap,
            ExtractSeconds = extractTime.TotalSeconds,
            RankSeconds = watch.Elapsed.TotalSeconds,
            VerifyMs = outcome.VerifyMs,
            Methods = outcome.Methods,
            Failed = described.Where(image => image.Failure is not null).ToDictionary(image => image.Image.Path, image => image.Failure!),
        };
        report.Write(terminal);
        return report.Failed.Count == 0 ? ExitCode.Done : ExitCode.DoneInPart;
    }

    private List<GroupedImage> ImagesOf(ParseResult arguments)
    {
        List<GroupedImage> images = [.. ImageFiles.Below(arguments.GetRequiredValue(_folder)).Select(image => new GroupedImage(image.Path, image.Group.Length > 0 ? image.Group : null))];
        if (arguments.GetValue(_distractors) is { } distractors)
            images.AddRange(ImageFiles.Below(distractors).Select(image => new GroupedImage(image.Path, null)));
        return images;
    }
}
