using Delg.Training.Validating;

namespace Delg.Training;

/// <summary>What a run is doing.</summary>
public enum TrainingStage
{
    /// <summary>Reading the photos into memory.</summary>
    Decoding,

    /// <summary>Running the trunk over whole photos, to estimate heads.</summary>
    Surveying,

    /// <summary>Running the frozen trunk over views of the photos, to train the heads alone.</summary>
    Caching,

    /// <summary>Taking steps.</summary>
    Training,
}

/// <param name="Stage">What the run is doing.</param>
/// <param name="Done">Photos, views or steps done.</param>
/// <param name="Total">Of how many.</param>
/// <param name="Metrics">While training: the last step's.</param>
/// <param name="Remaining">While training: the time that is left at the pace so far.</param>
/// <param name="Validation">What the photos held back say, when they have just been measured.</param>
public sealed record TrainingProgress(
    TrainingStage Stage, long Done, long Total, StepMetrics? Metrics = null, TimeSpan? Remaining = null, ValidationMetrics? Validation = null);
