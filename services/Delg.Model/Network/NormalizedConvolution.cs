using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>
/// A convolution with the batch normalisation behind it, run as one convolution: scale folded into the weights, shift into the
/// bias. Gradients flow through the folding, so both train as if they ran apart.
/// </summary>
internal sealed class NormalizedConvolution(Convolution convolution, FrozenBatchNorm normalization) : IDisposable
{
    private Tensor? _weight;
    private Tensor? _bias;

    public Tensor Forward(Tensor input)
    {
        if (_weight is not null) return convolution.Forward(input, _weight, _bias);
        (Tensor weight, Tensor bias) = Fold();
        using (weight)
        using (bias)
            return convolution.Forward(input, weight, bias);
    }

    /// <summary>Folds once and keeps the result, for inference. Later changes of the weights are not seen until the next call.</summary>
    public void KeepFolded(ScalarType type)
    {
        using var scope = NewDisposeScope();
        (Tensor weight, Tensor bias) = Fold();
        Discard();
        _weight = weight.detach().to_type(type).DetachFromDisposeScope();
        _bias = bias.detach().to_type(type).DetachFromDisposeScope();
    }

    public void Discard()
    {
        _weight?.Dispose();
        _bias?.Dispose();
        _weight = _bias = null;
    }

    public void Dispose() => Discard();

    private (Tensor Weight, Tensor Bias) Fold()
    {
        using var scope = NewDisposeScope();
        (Tensor scale, Tensor shift) = normalization.AsAffine();
        Tensor weight = convolution.Weight * scale.view(-1, 1, 1, 1);
        Tensor bias = convolution.Bias is { } own ? shift + own * scale : shift;
        scope.MoveToOuter(weight, bias);
        return (weight, bias);
    }
}
