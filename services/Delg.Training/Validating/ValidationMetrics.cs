namespace Delg.Training.Validating;

/// <summary>What the photos held back say: each of them whole, squeezed to a square of the crop's side, as published.</summary>
/// <param name="GlobalLoss">ArcFace cross-entropy without the margin.</param>
/// <param name="Accuracy">Share of photos whose descriptor lies nearest to their class's row.</param>
/// <param name="AttentionLoss">Cross-entropy of the attention's classifier.</param>
/// <param name="ReconstructionLoss">Mean squared error of the autoencoder.</param>
/// <param name="MeanAveragePrecision">Of retrieval among these photos by global descriptor, each asked against all others; NaN where none has
/// another of its class.</param>
public readonly record struct ValidationMetrics(
    double GlobalLoss, double Accuracy, double AttentionLoss, double ReconstructionLoss, double MeanAveragePrecision)
{
    /// <summary>More is better.</summary>
    internal double Quality => double.IsNaN(MeanAveragePrecision) ? -GlobalLoss : MeanAveragePrecision;
}
