using System.CommandLine;
using System.Text.Json.Nodes;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Model.Weights;
using Spectre.Console;

namespace Delg.Cli.Model;

/// <summary><c>delg model show</c>: what a weights file says about itself.</summary>
internal sealed class ModelShowCommand : VerbCommand
{
    private readonly Argument<FileInfo?> _file = new("FILE")
    {
        Description = $"Weights file. Default: the variable {WeightsLocation.EnvironmentVariable}, else the shipped weights.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ModelShowCommand()
        : base("show", "Print a model's identity, layout, scales, threshold, number of parameters, source and licence.", "delg model show", "delg model show mine.safetensors --json")
    {
        Add(_file);
    }

    protected override Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var path = WeightsLocation.Resolve(arguments.GetValue(_file)?.FullName);
        using var model = DelgWeights.Load(path);
        var manifest = model.Manifest;
        var report = new
        {
            File = path,
            FileBytes = new FileInfo(path).Length,
            ModelId = model.Id.ToString(),
            model.ParameterCount,
            Layout = LayoutReport.Of(manifest.Layout),
            manifest.Scales,
            manifest.GlobalScaleIndices,
            manifest.MaxImageSizePixels,
            manifest.AttentionThreshold,
            manifest.MaxLocalFeatures,
            manifest.Verification,
            manifest.Source,
            manifest.Licence,
        };
        if (terminal.IsJson)
            terminal.WriteJson(report);
        else
            terminal.Report.Write(TableOf(System.Text.Json.JsonSerializer.SerializeToNode(report, JsonForm.Options)!.AsObject()));
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>The same as the JSON object, a line a value.</summary>
    private static Table TableOf(JsonObject report)
    {
        var table = new Table().HideHeaders().NoBorder().AddColumns("", "");
        Add("", report);
        return table;

        void Add(string path, JsonObject values)
        {
            foreach (var (key, value) in values)
            {
                if (value is JsonObject inner)
                    Add($"{path}{key}.", inner);
                else
                    table.AddRow(new Text(path + key), new Text(value is JsonArray list ? string.Join(", ", list) : value?.ToString() ?? ""));
            }
        }
    }
}
