using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.V1;

namespace Delg.Extractor.Inference;

/// <summary>The loaded network, used by one thread.</summary>
internal interface IExtractionEngine : IDisposable
{
    /// <summary>What it is and how it extracts.</summary>
    public GetModelResponse Model { get; }

    /// <summary>Extracts from one upright picture.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; it is looked at between scales.</exception>
    public ImageFeatures Extract(RgbImage picture, FeatureRequest request, CancellationToken cancellation);
}
