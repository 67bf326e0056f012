using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.Model.Weights;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;

namespace Delg.Extractor.Inference;

/// <summary>The DELG network with the weights and on the device that the options name.</summary>
internal sealed class DelgEngine : IExtractionEngine
{
    private const int CudaBatch = 8;

    private readonly DelgExtractor _extractor;

    private DelgEngine(DelgExtractor extractor, ExtractorOptions options)
    {
        _extractor = extractor;
        Model = Describe(extractor, options.Device);
        MaxBatch = options.MaxBatch > 0 ? options.MaxBatch : options.Device == "cpu" ? 1 : CudaBatch;
    }

    public GetModelResponse Model { get; }

    public int MaxBatch { get; }

    /// <exception cref="ServiceStartException">There is no weights file, it does not hold DELG weights, or there is no such device; the message
    /// names the file and the option.</exception>
    public static DelgEngine Load(ExtractorOptions options)
    {
        try
        {
            var extraction = new ExtractionOptions
            {
                Device = options.Device,
                Precision = options.Precision,
                Threads = options.InferenceThreads,
                MaxImageSizePixels = options.MaxImageSidePixels == 0 ? null : options.MaxImageSidePixels,
            };
            return new DelgEngine(DelgExtractor.Load(options.Weights, extraction), options);
        }
        catch (Exception failure) when (failure is IOException or WeightsFormatException)
        {
            throw new ServiceStartException($"{failure.Message} The option {NameOf(nameof(options.Weights))} names another file.", failure);
        }
        catch (ArgumentException failure)
        {
            throw new ServiceStartException($"{failure.Message} The options {NameOf(nameof(options.Device))} and its neighbours say how to extract.", failure);
        }
    }

    public PreparedPicture Prepare(RgbImage picture, FeatureRequest request) => _extractor.Prepare(picture, request);

    public IReadOnlyList<ImageFeatures> Extract(IReadOnlyList<PreparedPicture> batch, CancellationToken cancellation) =>
        _extractor.Extract(batch, cancellationToken: cancellation);

    public void Dispose() => _extractor.Dispose();

    private static string NameOf(string option) => $"{ExtractorHosting.Section}:{option} (variable DELG_{ExtractorHosting.Section}__{option})";

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
            Fusion = manifest.Fusion is { } fusion ? new FusionDefaults { Weight = fusion.Weight, Cap = (uint)fusion.Cap } : null,
        };
    }
}
