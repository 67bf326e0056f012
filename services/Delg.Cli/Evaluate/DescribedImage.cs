using Delg.Evaluation.Protocols;
using Delg.Model.Extraction;

namespace Delg.Cli.Evaluate;

/// <summary>A picture and its descriptors.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Features">Its descriptors; null when it has none.</param>
/// <param name="Failure">Why it has none; null when it has.</param>
internal sealed record DescribedImage(GroupedImage Image, ImageFeatures? Features, string? Failure);
