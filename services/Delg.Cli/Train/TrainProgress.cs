using System.Diagnostics;
using Delg.Cli.Output;
using Delg.Training;

namespace Delg.Cli.Train;

/// <summary>How a training run goes, as a line now and then.</summary>
internal sealed class TrainProgress(Terminal terminal) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private TimeSpan _nextLine = TimeSpan.Zero;

    public void Report(TrainingProgress value)
    {
        lock (_gate)
        {
            // A validation is rare, and what one waits for.
            if (_watch.Elapsed < _nextLine && value.Done != value.Total && value.Validation is null)
                return;
            _nextLine = _watch.Elapsed + _pause;
            terminal.WriteProgressLine(Line(value));
        }
    }

    private static string Line(TrainingProgress value) => value switch
    {
        { Validation: { } held } => $"Validation after {value.Done} steps: global loss {held.GlobalLoss:0.000}, right {held.Accuracy:P0}, attention {held.AttentionLoss:0.000}, "
            + $"reconstruction {held.ReconstructionLoss:0.0000}" + (double.IsNaN(held.MeanAveragePrecision) ? "" : $", mAP {held.MeanAveragePrecision:0.000}"),
        { Metrics: { } step } => $"Step {value.Done} of {value.Total}: global loss {step.GlobalLoss:0.000}, right {step.Accuracy:P0}, attention {step.AttentionLoss:0.000}, "
            + $"reconstruction {step.ReconstructionLoss:0.0000}, {Duration.InWords(value.Remaining ?? TimeSpan.Zero)} left",
        { Stage: TrainingStage.Caching } => $"{value.Stage}: {value.Done} of {value.Total} views",
        _ => $"{value.Stage}: {value.Done} of {value.Total} photos",
    };
}
