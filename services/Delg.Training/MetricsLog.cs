using Delg.Training.Validating;

namespace Delg.Training;

/// <summary>Every step's metrics as a CSV, and the validation's as another.</summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly StepLog _steps;
    private readonly StepLog? _validation;

    /// <param name="files">Where they go.</param>
    /// <param name="step">Steps taken before.</param>
    /// <param name="validates">Whether there will be a validation.</param>
    public MetricsLog(RunFiles files, long step, bool validates)
    {
        _steps = new StepLog(
            files.Metrics, "step,seconds,rate_factor,global_loss,accuracy,attention_loss,reconstruction_loss,global_gradient_norm,local_gradient_norm", step);
        if (validates) _validation = new StepLog(files.Validation, "step,seconds,global_loss,accuracy,attention_loss,reconstruction_loss,map", step == 0 ? -1 : step);
    }

    public void Write(long step, double seconds, double factor, StepMetrics m) => _steps.Write(
        $"{step},{seconds:F1},{factor:F5},{m.GlobalLoss:F5},{m.Accuracy:F4},{m.AttentionLoss:F5},{m.ReconstructionLoss:G6},{m.GlobalGradientNorm:G5},{m.LocalGradientNorm:G5}");

    public void Write(long step, double seconds, ValidationMetrics m) => _validation?.Write(
        $"{step},{seconds:F1},{m.GlobalLoss:F5},{m.Accuracy:F4},{m.AttentionLoss:F5},{m.ReconstructionLoss:G6},{m.MeanAveragePrecision:F4}");

    public void Dispose()
    {
        _steps.Dispose();
        _validation?.Dispose();
    }
}
