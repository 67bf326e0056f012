using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.V1;

namespace Delg.Extractor.Inference;

/// <summary>The loaded network, run by one thread.</summary>
internal interface IExtractionEngine : IDisposable
{
    /// <summary>What it is and how it extracts.</summary>
    public GetModelResponse Model { get; }

    /// <summary>Images in one pass, at most.</summary>
    public int MaxBatch { get; }

    /// <summary>Crops and shrinks one upright picture. From any thread, while the network runs.</summary>
    public PreparedPicture Prepare(RgbImage picture, FeatureRequest request);

    /// <summary>Extracts from pictures that can run together.</summary>
    /// <returns>One each, in the same order.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; it is looked at between scales.</exception>
    public IReadOnlyList<ImageFeatures> Extract(IReadOnlyList<PreparedPicture> batch, CancellationToken cancellation);
}
