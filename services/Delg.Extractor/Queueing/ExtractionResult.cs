using Delg.Model.Extraction;

namespace Delg.Extractor.Queueing;

/// <summary>What the network made of an image.</summary>
/// <param name="Features">The descriptors asked for.</param>
/// <param name="Queued">Time in the queue.</param>
/// <param name="Inference">Time in the network, the pyramid and selection included; of the whole batch, when the image was in one.</param>
internal sealed record ExtractionResult(ImageFeatures Features, TimeSpan Queued, TimeSpan Inference);
