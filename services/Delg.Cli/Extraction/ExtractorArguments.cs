using System.CommandLine;
using System.Globalization;
using Delg.Cli.CommandLine;
using Delg.Model.Extraction;
using Delg.Model.Weights;

namespace Delg.Cli.Extraction;

/// <summary>The options of every verb that runs the network in its own process, and the extractor they describe.</summary>
internal sealed class ExtractorArguments
{
    private const string Float32 = "float32";
    private const string BFloat16 = "bfloat16";

    /// <summary>Scales closer than this are the same scale typed with fewer digits.</summary>
    private const float ScaleTolerance = 1e-3f;

    private readonly Option<FileInfo?> _model = ModelOption.Create();

    private readonly Option<string?> _precision = new("--precision")
    {
        Description = $"Arithmetic of the convolutions: {Float32} or {BFloat16}. Default: {BFloat16} where the processor computes in it, else {Float32}.",
    };

    private readonly Option<string[]?> _scales = new("--scales")
    {
        Description = "Image scales, e.g. 0.5,1,2. The global descriptor is summed over those that the weights name for it, or over all if none is. Default: as the weights say.",
        HelpName = "S,S,…",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _device = new("--device")
    {
        Description = "Where the network runs: cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "cpu",
    };

    public ExtractorArguments(Command command)
    {
        _precision.AcceptOnlyFromAmong(Float32, BFloat16);
        command.Add(_model);
        command.Add(_precision);
        command.Add(_scales);
        command.Add(_device);
    }

    /// <summary>Loads the weights.</summary>
    public DelgModel LoadModel(ParseResult arguments) => DelgWeights.Load(WeightsLocation.Resolve(arguments.GetValue(_model)?.FullName));

    /// <summary>Loads the weights and makes the extractor.</summary>
    /// <param name="arguments">The parsed command line.</param>
    /// <param name="change">What the verb sets itself, over the options given.</param>
    /// <exception cref="WrongUsageException">An option is out of range.</exception>
    public DelgExtractor Load(ParseResult arguments, Func<ExtractionOptions, ExtractionOptions>? change = null)
    {
        var scales = ParseScales(arguments.GetValue(_scales));
        var model = LoadModel(arguments);
        try
        {
            var options = new ExtractionOptions
            {
                Precision = ParsePrecision(arguments.GetValue(_precision)),
                Device = arguments.GetRequiredValue(_device),
                Scales = scales,
                GlobalScaleIndices = scales is null ? null : GlobalScales(scales, model.Manifest),
            };
            return new DelgExtractor(model, change?.Invoke(options) ?? options);
        }
        catch (ArgumentException mistake)
        {
            model.Dispose();
            throw new WrongUsageException(mistake.Message);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static InferencePrecision ParsePrecision(string? name) => name switch
    {
        Float32 => InferencePrecision.Float32,
        BFloat16 => InferencePrecision.BFloat16,
        _ => InferencePrecision.Auto,
    };

    private static float[]? ParseScales(string[]? values)
    {
        if (values is null or [])
            return null;
        var words = values.SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return [.. words.Select(word => float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var scale)
            ? scale
            : throw new WrongUsageException($"--scales: '{word}' is not a number."))];
    }

    private static int[] GlobalScales(float[] scales, ModelManifest manifest)
    {
        var global = manifest.GlobalScaleIndices.Select(index => manifest.Scales[index]).ToArray();
        var indices = Enumerable.Range(0, scales.Length).Where(i => global.Any(scale => MathF.Abs(scale - scales[i]) < ScaleTolerance)).ToArray();
        return indices.Length > 0 ? indices : [.. Enumerable.Range(0, scales.Length)];
    }
}
