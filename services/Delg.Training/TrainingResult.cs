using Delg.Model.Weights;

namespace Delg.Training;

/// <summary>How a run ended.</summary>
/// <param name="Steps">Steps taken, earlier parts of a resumed run included.</param>
/// <param name="Photos">Photos trained on.</param>
/// <param name="Labels">Classes they were in.</param>
/// <param name="Model">The identity of the weights that were written; null if the run was cancelled, and only its checkpoint is left.</param>
public sealed record TrainingResult(long Steps, int Photos, int Labels, ModelId? Model);
