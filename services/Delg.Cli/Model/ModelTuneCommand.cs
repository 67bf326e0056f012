using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Model.Weights;

namespace Delg.Cli.Model;

/// <summary><c>delg model tune</c>: a copy of weights that says how fused ranking was tuned for them.</summary>
internal sealed class ModelTuneCommand : VerbCommand
{
    private readonly Argument<FileInfo> _file = new("FILE") { Description = "Weights file." };

    private readonly Option<FileInfo> _out = new("--out") { Description = "File to write.", Required = true, HelpName = "FILE" };

    private readonly Option<double> _weight = new("--fusion-weight")
    {
        Description = "What a fully verified candidate gains in fused order, in units of cosine similarity.",
        Required = true,
        HelpName = "W",
    };

    private readonly Option<int> _cap = new("--fusion-cap") { Description = "Effective inliers from which more count for nothing more.", Required = true, HelpName = "N" };

    public ModelTuneCommand()
        : base(
            "tune",
            "Write a copy of weights with defaults of fused ranking, which the gateway takes from there unless its own options say otherwise. 'delg evaluate folders' " +
            "measures which are good. The copy is another model: what was indexed with the first is not searched with it.",
            "delg model tune mine.safetensors --fusion-weight 0.4 --fusion-cap 30 --out tuned.safetensors")
    {
        Add(_file);
        Add(_out);
        Add(_weight);
        Add(_cap);
        _weight.Within(0, 100);
        _cap.Within(1, 10_000);
    }

    protected override Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var (from, to) = (arguments.GetRequiredValue(_file).FullName, arguments.GetRequiredValue(_out).FullName);
        var id = DelgWeights.Copy(from, to, manifest => manifest with
        {
            Verification = new SortedDictionary<string, double>(manifest.Verification.ToDictionary(), StringComparer.Ordinal)
            {
                [ModelManifest.FusionWeightName] = arguments.GetRequiredValue(_weight),
                [ModelManifest.FusionCapName] = arguments.GetRequiredValue(_cap),
            },
        });
        if (terminal.IsJson)
            terminal.WriteJson(new { File = to, ModelId = id.ToString() });
        else
            terminal.WriteReportLine($"{id}: {to}");
        return Task.FromResult(ExitCode.Done);
    }
}
