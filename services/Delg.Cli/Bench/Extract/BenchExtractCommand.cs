using System.CommandLine;
using System.CommandLine.Parsing;
using Delg.Cli.CommandLine;
using Delg.Cli.Extraction;
using Delg.Cli.Files;
using Delg.Cli.Output;
using Delg.Model.Extraction;

namespace Delg.Cli.Bench.Extract;

/// <summary><c>delg bench extract</c>: the time of extractions and of their stages, beside the trunk's forward passes alone.</summary>
internal sealed class BenchExtractCommand : VerbCommand
{
    private readonly Option<int[]> _sides = Numbers("--side", "Larger sides of the resized picture, pixels", [512, 1024], 80, 2048);

    private readonly Option<int[]> _batches = Numbers("--batch", "Pictures in one pass", [1, 4], 1, 256);

    private readonly Option<int> _repeats = new("--repeats") { Description = "Times each is measured, 1 to 1000; the median counts.", DefaultValueFactory = _ => 3, HelpName = "N" };

    private readonly Option<DirectoryInfo?> _images = new("--images")
    {
        Description = "Folder of photos. The first is measured in place of a drawn one, and bfloat16 is compared with float32 on some of them.",
        HelpName = "DIR",
    };

    private readonly Option<int> _agreement = new("--agreement")
    {
        Description = "Photos of --images that bfloat16 and float32 are compared on, spread evenly over the folder, at the largest --side; 0: none.",
        DefaultValueFactory = _ => 8,
        HelpName = "N",
    };

    private readonly Option<int> _soak = new("--soak")
    {
        Description = "Measure memory instead of time: extract N drawn pictures of random sizes and tell the process's memory on the way.",
        HelpName = "N",
    };

    private readonly ExtractorArguments _extractor;

    public BenchExtractCommand()
        : base(
            "extract",
            "Measure extraction by larger side, scales and batch: whole, by stage, and as pictures a second with the next one decoded meanwhile. Beside it in the " +
            "same run: the trunk's forward passes that it cannot do without, and the same in plain float32. All scales of the weights and scale 1 alone, or --scales.",
            "delg bench extract",
            "delg bench extract --side 1024 --batch 1 --images photos --json",
            "delg bench extract --soak 1000")
    {
        Add(_sides);
        Add(_batches);
        Add(_repeats);
        Add(_images);
        Add(_agreement);
        Add(_soak);
        _extractor = new ExtractorArguments(this);
        _repeats.Within(1, 1000);
        _agreement.Within(0, int.MaxValue);
        _soak.Within(0, int.MaxValue);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var photos = arguments.GetValue(_images) is { } folder ? ImageFiles.Below(folder) : [];
        ExtractBenchReport report;
        using (var extractor = _extractor.Load(arguments))
        {
            report = new ExtractBenchReport
            {
                ModelId = extractor.ModelId.ToString(),
                Device = extractor.Device,
                Cores = Environment.ProcessorCount,
                Repeats = arguments.GetRequiredValue(_repeats),
            };
            if (arguments.GetValue(_soak) is > 0 and var pictures)
                report = report with { Soak = await ExtractionSoak.RunAsync(extractor, pictures, terminal, cancellation) };
        }

        if (report.Soak.Count == 0)
            report = report with { Rows = await MeasureAsync(arguments, photos, report.Repeats, terminal, cancellation) };
        if (report.Soak.Count == 0 && photos.Count > 0 && arguments.GetValue(_agreement) > 0)
            report = report with { Agreement = await AgreeAsync(arguments, photos, terminal, cancellation) };
        report.Write(terminal);
        return ExitCode.Done;
    }

    private async Task<List<ExtractBenchRow>> MeasureAsync(
        ParseResult arguments, IReadOnlyList<ImageFile> photos, int repeats, Terminal terminal, CancellationToken cancellation)
    {
        var sides = arguments.GetRequiredValue(_sides);
        var batches = arguments.GetRequiredValue(_batches);
        // Null: as the options and the weights say.
        float[]?[] pyramids = arguments.GetResult("--scales") is OptionResult { Implicit: false } ? [null] : [null, [1f]];
        var rows = new List<ExtractBenchRow>();
        await WorkProgress.TrackAsync(terminal, "Measuring", sides.Length * pyramids.Length * batches.Length, async advance =>
        {
            foreach (var side in sides)
            {
                var picture = photos.Count > 0 ? await File.ReadAllBytesAsync(photos[0].Path, cancellation) : BenchPicture.Draw(side);
                foreach (var scales in pyramids)
                {
                    using var extractor = _extractor.Load(arguments, options => OfSide(options, side) with
                    {
                        Scales = scales ?? options.Scales,
                        GlobalScaleIndices = scales is null ? options.GlobalScaleIndices : [0],
                    });
                    using var trunk = new TrunkForward(_extractor.LoadModel(arguments), extractor, plainFloat32: false);
                    using var plain = new TrunkForward(_extractor.LoadModel(arguments), extractor, plainFloat32: true);
                    var bench = new ExtractionBench(extractor, trunk, plain, picture, side, repeats);
                    foreach (var batch in batches)
                    {
                        rows.Add(await bench.MeasureAsync(batch, cancellation));
                        advance();
                    }
                }
            }
        });
        return rows;
    }

    private async Task<PrecisionAgreement> AgreeAsync(ParseResult arguments, IReadOnlyList<ImageFile> photos, Terminal terminal, CancellationToken cancellation)
    {
        var side = arguments.GetRequiredValue(_sides).Max();
        var count = Math.Min(arguments.GetValue(_agreement), photos.Count);
        string[] chosen = [.. Enumerable.Range(0, count).Select(i => photos[(int)((long)i * photos.Count / count)].Path)];
        using var exact = _extractor.Load(arguments, options => OfSide(options, side) with { Precision = InferencePrecision.Float32 });
        using var rounded = _extractor.Load(arguments, options => OfSide(options, side) with { Precision = InferencePrecision.BFloat16 });
        return await PrecisionAgreement.MeasureAsync(exact, rounded, chosen, terminal, cancellation);
    }

    private static ExtractionOptions OfSide(ExtractionOptions options, int side) => options with { MaxImageSizePixels = side };

    private static Option<int[]> Numbers(string name, string what, int[] defaults, int least, int most)
    {
        var option = new Option<int[]>(name)
        {
            Description = $"{what}, {least} to {most} each.",
            DefaultValueFactory = _ => defaults,
            HelpName = "N …",
            AllowMultipleArgumentsPerToken = true,
        };
        option.Within(least, most);
        return option;
    }
}
