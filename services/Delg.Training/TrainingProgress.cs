namespace Delg.Training;

/// <summary>What a run is doing.</summary>
public enum TrainingStage
{
    /// <summary>Reading the photos into memory.</summary>
    Decoding,

    /// <summary>Running the trunk over whole photos, to estimate heads.</summary>
    Surveying,

    /// <summary>Taking steps.</summary>
    Training,
}

/// <param name="Stage">What the run is doing.</param>
/// <param name="Done">Photos or steps done.</param>
/// <param name="Total">Of how many.</param>
/// <param name="Metrics">While training: the last step's.</param>
/// <param name="Remaining">While training: the time that is left at the pace so far.</param>
public sealed record TrainingProgress(TrainingStage Stage, long Done, long Total, StepMetrics? Metrics = null, TimeSpan? Remaining = null);
