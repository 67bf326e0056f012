namespace Delg.Training.Data;

/// <summary>A photo of the training set.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Folder">Its folder relative to the set's root with <c>/</c> between names, or the label a list gives it.</param>
/// <param name="Label">The number of its class, from 0 without gaps.</param>
public sealed record TrainingPhoto(string Path, string Folder, int Label);
