namespace Delg.Training;

/// <summary>What a step measured, on its own batch before its update.</summary>
/// <param name="GlobalLoss">ArcFace cross-entropy.</param>
/// <param name="Accuracy">Share of crops whose descriptor lies nearest to its class's row.</param>
/// <param name="AttentionLoss">Cross-entropy of the attention's classifier.</param>
/// <param name="ReconstructionLoss">Mean squared error of the autoencoder.</param>
/// <param name="GlobalGradientNorm">Of trunk and global head, before clipping.</param>
/// <param name="LocalGradientNorm">Of the local head, before clipping.</param>
public readonly record struct StepMetrics(
    double GlobalLoss, double Accuracy, double AttentionLoss, double ReconstructionLoss, double GlobalGradientNorm, double LocalGradientNorm);
