using Delg.Model.Weights;
using Delg.Training.Validating;

namespace Delg.Training;

/// <summary>How a run ended.</summary>
/// <param name="Steps">Steps taken, earlier parts of a resumed run included.</param>
/// <param name="KeptStep">The step whose weights were kept: the best validated one with early stop, else the last.</param>
/// <param name="Photos">Photos trained on.</param>
/// <param name="HeldPhotos">Photos held back for validation.</param>
/// <param name="Labels">Classes they were in.</param>
/// <param name="Validation">The last validation; null if there was none.</param>
/// <param name="Model">The identity of the weights that were written; null if the run was cancelled, and only its checkpoint is left.</param>
public sealed record TrainingResult(long Steps, long KeptStep, int Photos, int HeldPhotos, int Labels, ValidationMetrics? Validation, ModelId? Model);
