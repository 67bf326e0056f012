using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.Model.Weights;
using Delg.V1;

namespace Delg.Extractor.Inference;

/// <summary>The DELG network with the weights and on the device that the options name.</summary>
internal sealed class DelgEngine : IExtractionEngine
{
    private readonly DelgExtractor _extractor;

    private DelgEngine(DelgExtractor extractor, string device)
    {
        _extractor = extractor;
        Model = Describe(extractor, device);
    }

    public GetModelResponse Model { get; }

    /// <exception cref="FileNotFoundException">There is no weights file; the message says where it was looked for and what names another.</exception>
    /// <exception cref="WeightsFormatException">The file does not hold DELG weights.</exception>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static DelgEngine Load(ExtractorOptions options) => new(
        DelgExtractor.Load(FindWeights(options), new ExtractionOptions
        {
            Device = options.Device,
            Precision = options.Precision,
            Threads = options.InferenceThreads,
            MaxImageSizePixels = options.MaxImageSidePixels == 0 ? null : options.MaxImageSidePixels,
        }),
        options.Device);

    public ImageFeatures Extract(RgbImage picture, FeatureRequest request, CancellationToken cancellation) => _extractor.Extract(picture, request, cancellation);

    public void Dispose() => _extractor.Dispose();

    private static string FindWeights(ExtractorOptions options)
    {
        try
        {
            return WeightsLocation.Resolve(options.Weights);
        }
        catch (FileNotFoundException missing)
        {
            throw new FileNotFoundException(
                $"{missing.Message} The option {ExtractorHosting.Section}:{nameof(options.Weights)} (variable DELG_{ExtractorHosting.Section}__{nameof(options.Weights)}) names another.",
                missing.FileName,
                missing);
        }
    }

    private static GetModelResponse Describe(DelgExtractor extractor, string device)
    {
        var manifest = extractor.Manifest;
        return new GetModelResponse
        {
            ModelId = extractor.ModelId.ToString(),
            GlobalDim = (uint)manifest.Layout.GlobalDimension,
            LocalDim = (uint)manifest.Layout.LocalDimension,
            LocalScales = { manifest.Scales.Order() },
            GlobalScales = { manifest.GlobalScaleIndices.Select(i => manifest.Scales[i]).Order() },
            MaxImageSide = (uint)manifest.MaxImageSizePixels,
            AttentionThreshold = manifest.AttentionThreshold,
            MaxLocalFeatures = (uint)manifest.MaxLocalFeatures,
            Precision = extractor.Precision.ToString().ToLowerInvariant(),
            Device = device,
        };
    }
}
