using System.Diagnostics;
using Delg.Training.Checkpoints;
using Delg.Training.Curves;
using Delg.Training.Data;
using Delg.Training.Optimization;
using Delg.Training.Validating;

namespace Delg.Training;

/// <summary>Takes step after step: schedule, metrics, validation, checkpoints, early stop.</summary>
/// <param name="options">How.</param>
/// <param name="session">What is trained.</param>
/// <param name="files">Where checkpoints and metrics go.</param>
/// <param name="run">What must be the same for a run to go on from a checkpoint.</param>
/// <param name="validation">Null: no photos are held back.</param>
/// <param name="progress">Told of every step and validation.</param>
internal sealed class TrainingLoop(
    TrainingOptions options, TrainingSession session, RunFiles files, string run, Validation? validation, IProgress<TrainingProgress>? progress)
{
    private readonly LearningRateSchedule _schedule = new(options.Decay, options.WarmUpSteps);

    /// <summary>The last validation of this call; null if there was none.</summary>
    public ValidationMetrics? Validated { get; private set; }

    /// <summary>Trains to the end, to early stop or to cancellation; a checkpoint is saved then.</summary>
    /// <param name="position">Where the session stands.</param>
    /// <param name="make">Makes the batch of a step, counted from 0.</param>
    /// <param name="cancellation">Ends the loop after the step it is at.</param>
    public TrainingPosition Run(TrainingPosition position, Func<long, TrainingBatch> make, CancellationToken cancellation)
    {
        using var batches = new BatchesAhead(make, position.Step, options.Threads);
        using var metrics = new MetricsLog(files, position.Step, validation is not null);
        TrainingPosition begun = position;
        long clock = Stopwatch.GetTimestamp();
        double savedAt = position.Seconds;
        if (position.Step == 0 && options.Steps > 0 && !cancellation.IsCancellationRequested) position = Validate(position, metrics);
        while (position.Step < options.Steps && !ShouldStop(position) && !cancellation.IsCancellationRequested)
        {
            double done = Share(position);
            if (done >= 1) break;
            double factor = _schedule.Factor(position.Step, done);
            StepMetrics step = session.Step(batches.Next(), factor);
            position = position with { Step = position.Step + 1, Seconds = begun.Seconds + Stopwatch.GetElapsedTime(clock).TotalSeconds };
            metrics.Write(position.Step, position.Seconds, factor, step);
            progress?.Report(new(TrainingStage.Training, position.Step, options.Steps, step, Remaining(begun, position)));
            if (position.Step % options.Validation.EverySteps == 0) position = Validate(position, metrics);
            if (position.Seconds - savedAt >= options.CheckpointMinutes * 60)
            {
                Save(position);
                savedAt = position.Seconds;
            }
        }
        bool ended = position.Step > begun.Step && !cancellation.IsCancellationRequested;
        if (ended && position.Step % options.Validation.EverySteps != 0) position = Validate(position, metrics);
        if (position != begun) Save(position);
        return position;
    }

    /// <summary>Whether as many validations as patience allows have brought nothing better.</summary>
    private bool ShouldStop(TrainingPosition position) => options.Validation.Patience > 0
        && (position.Step - position.BestStep) / options.Validation.EverySteps >= options.Validation.Patience;

    private TrainingPosition Validate(TrainingPosition position, MetricsLog metrics)
    {
        if (validation is null) return position;
        ValidationMetrics found = validation.Measure(session);
        Validated = found;
        metrics.Write(position.Step, position.Seconds, found);
        progress?.Report(new(TrainingStage.Training, position.Step, options.Steps, Validation: found));
        if (!(found.Quality > position.BestQuality)) return position;
        position = position with { BestStep = position.Step, BestQuality = found.Quality };
        if (options.Validation.Patience > 0) TrainingCheckpoint.Save(files.Best, run, position, session.State);
        return position;
    }

    private void Save(TrainingPosition position)
    {
        TrainingCheckpoint.Save(files.Checkpoint, run, position, session.State);
        CurvesPicture.Write(files);
    }

    private double Share(TrainingPosition position)
    {
        double bySteps = (double)position.Step / options.Steps;
        return options.LimitMinutes is { } limit ? Math.Max(bySteps, position.Seconds / (limit * 60)) : bySteps;
    }

    private TimeSpan Remaining(TrainingPosition begun, TrainingPosition at)
    {
        double pace = (at.Seconds - begun.Seconds) / (at.Step - begun.Step);
        double left = (options.Steps - at.Step) * pace;
        if (options.LimitMinutes is { } limit) left = Math.Min(left, limit * 60 - at.Seconds);
        return TimeSpan.FromSeconds(Math.Max(0, left));
    }
}
