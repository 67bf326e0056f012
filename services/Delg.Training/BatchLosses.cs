using static TorchSharp.torch;

namespace Delg.Training;

/// <summary>What the network and its losses make of a batch.</summary>
/// <param name="Global">ArcFace cross-entropy, a scalar.</param>
/// <param name="Right">How many descriptors lie nearest to their class's row.</param>
/// <param name="Attention">Cross-entropy of the attention's classifier, a scalar.</param>
/// <param name="Reconstruction">Mean squared error of the autoencoder, a scalar.</param>
/// <param name="Descriptors">N × global dimension, not normalised.</param>
internal readonly record struct BatchLosses(Tensor Global, Tensor Right, Tensor Attention, Tensor Reconstruction, Tensor Descriptors);
