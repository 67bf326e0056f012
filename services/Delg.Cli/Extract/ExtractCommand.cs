using System.CommandLine;
using System.Diagnostics;
using Delg.Cli.CommandLine;
using Delg.Cli.Extraction;
using Delg.Cli.Output;
using Delg.Imaging.Decoding;
using Delg.Model.Extraction;

namespace Delg.Cli.Extract;

/// <summary><c>delg extract</c>: one picture's descriptors into a file that NumPy reads.</summary>
internal sealed class ExtractCommand : VerbCommand
{
    private readonly Argument<FileInfo> _file = new("FILE") { Description = "The picture: JPEG, PNG, WebP, GIF, TIFF or AVIF." };

    private readonly Option<FileInfo> _out = new("--out", "-o")
    {
        Description = "The .npz file to write: global, keypoints, scales, scores, descriptors; all float32.",
        HelpName = "F.npz",
        Required = true,
    };

    private readonly ExtractorArguments _extractor;

    public ExtractCommand()
        : base(
            "extract",
            "Compute a picture's global descriptor and local features, in this process, and write them to a .npz file.",
            "delg extract photo.jpg --out photo.npz",
            "delg extract photo.jpg --scales 0.5,0.7071,1 --precision float32 --out photo.npz")
    {
        Add(_file);
        Add(_out);
        _extractor = new ExtractorArguments(this);
    }

    protected override Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var file = arguments.GetRequiredValue(_file);
        var target = arguments.GetRequiredValue(_out);
        var picture = new ImageDecoder().DecodeFile(file.FullName);
        using var extractor = _extractor.Load(arguments);
        var watch = Stopwatch.StartNew();
        var features = extractor.Extract(picture, cancellationToken: cancellation);
        var time = watch.Elapsed;
        NpzWriter.Write(target.FullName, features, extractor.Manifest.Layout.LocalDimension);

        if (terminal.IsJson)
        {
            terminal.WriteJson(new
            {
                File = file.ToString(),
                Out = target.ToString(),
                ModelId = features.ModelId.ToString(),
                features.ImageWidth,
                features.ImageHeight,
                GlobalDim = features.Global.Length,
                LocalFeatures = features.Count,
                LocalDim = extractor.Manifest.Layout.LocalDimension,
                Precision = extractor.Precision == InferencePrecision.BFloat16 ? "bfloat16" : "float32",
                ExtractMs = time.TotalMilliseconds,
            });
        }
        else
        {
            terminal.WriteReportLine($"{features.Count} local features and {features.Global.Length} global components of {file} in {Duration.InWords(time)}: {target}");
        }

        return Task.FromResult(ExitCode.Done);
    }
}
