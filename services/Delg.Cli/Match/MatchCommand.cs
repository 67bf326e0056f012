using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Delg.Cli.CommandLine;
using Delg.Cli.Drawing;
using Delg.Cli.Extraction;
using Delg.Cli.Output;
using Delg.Imaging.Decoding;
using Delg.LocalVerifier;
using Delg.V1;

namespace Delg.Cli.Match;

/// <summary><c>delg match</c>: whether two pictures show the same thing, and where.</summary>
internal sealed class MatchCommand : VerbCommand
{
    private readonly Argument<FileInfo> _query = new("A") { Description = "The query." };

    private readonly Argument<FileInfo> _candidate = new("B") { Description = "The candidate." };

    private readonly Option<FileInfo?> _out = new("--out", "-o") { Description = "Draw both pictures, the inliers and the matched region into this PNG file.", HelpName = "P.png" };

    private readonly ExtractorArguments _extractor;
    private readonly VerificationArguments _verification;

    public MatchCommand()
        : base(
            "match",
            "Compare two pictures in this process: extract both, match their local features, and find the affine map from A to B that most matches agree with.",
            "delg match a.jpg b.jpg --out match.png",
            "delg match a.jpg b.jpg --preset published --json")
    {
        Add(_query);
        Add(_candidate);
        Add(_out);
        _extractor = new ExtractorArguments(this);
        _verification = new VerificationArguments(this, withPreset: true);
    }

    protected override Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var (queryFile, candidateFile) = (arguments.GetRequiredValue(_query), arguments.GetRequiredValue(_candidate));
        var options = _verification.Read(arguments);
        options.MaxExplainedMatches = VerifiedPair.Matches;
        var settings = VerificationSettings.From(options);
        var decoder = new ImageDecoder();
        var (query, candidate) = (decoder.DecodeFile(queryFile.FullName), decoder.DecodeFile(candidateFile.FullName));
        using var extractor = _extractor.Load(arguments);

        var watch = Stopwatch.StartNew();
        var (a, b) = (extractor.Extract(query, cancellationToken: cancellation), extractor.Extract(candidate, cancellationToken: cancellation));
        var extractTime = watch.Elapsed;
        var (queryFeatures, candidateFeatures) = (a.ToFeatureSet(DescriptorEncoding.Float32), b.ToFeatureSet(DescriptorEncoding.Float32));
        watch.Restart();
        var verification = new PairVerifier().Verify(queryFeatures, candidateFeatures, settings, cancellation).ToMessage();
        var verifyTime = watch.Elapsed;
        float? similarity = a.Global.Length > 0 && b.Global.Length > 0 ? TensorPrimitives.Dot<float>(a.Global, b.Global) : null;
        var picture = arguments.GetValue(_out);
        if (picture is not null)
            VerifiedPair.Draw(picture.FullName, query, candidate, verification, $"{queryFile.Name}  →  {candidateFile.Name} · similarity {similarity:0.00} · inliers {verification.Inliers}");

        if (terminal.IsJson)
        {
            terminal.WriteJson(new
            {
                Similarity = similarity,
                verification.Putative,
                verification.Inliers,
                verification.EffectiveInliers,
                verification.Verified,
                verification.Affine,
                Homography = verification.Homography.Count > 0 ? verification.Homography : null,
                QueryFeatures = a.Count,
                CandidateFeatures = b.Count,
                ModelId = extractor.ModelId.ToString(),
                Picture = picture?.FullName,
                ExtractMs = extractTime.TotalMilliseconds,
                VerifyMs = verifyTime.TotalMilliseconds,
            });
            return Task.FromResult(ExitCode.Done);
        }

        terminal.WriteReportLine($"{(verification.Verified ? "The same thing" : "Not verified")}: similarity {similarity:0.000}, {verification.Putative} putative matches, {verification.Inliers} inliers, {verification.EffectiveInliers} effective.");
        if (verification.Affine.Count > 0)
            terminal.WriteReportLine($"Affine map A to B, row by row: {string.Join(", ", verification.Affine.Select(value => $"{value:0.####;-0.####;0}"))}");
        if (picture is not null)
            terminal.WriteReportLine($"Picture: {picture.FullName}");
        terminal.WriteReportLine($"Extracted in {Duration.InWords(extractTime)}, verified in {Duration.InWords(verifyTime)}.");
        return Task.FromResult(ExitCode.Done);
    }
}
