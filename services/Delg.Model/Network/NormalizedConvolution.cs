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
    private bool _isFused;

    public Tensor Forward(Tensor input)
    {
        if (IsFusedFor(input)) return FusedConvolution.Plain(convolution, input, _weight!, _bias!);
        return _weight is not null ? convolution.Forward(input, _weight, _bias) : ForwardExact(input);
    }

    /// <summary>Runs with the weights themselves, whatever was kept folded in a narrower type.</summary>
    public Tensor ForwardExact(Tensor input)
    {
        (Tensor weight, Tensor bias) = Fold();
        using (weight)
        using (bias)
            return convolution.Forward(input, weight, bias);
    }

    public Tensor ForwardRelu(Tensor input) =>
        IsFusedFor(input) ? FusedConvolution.Relu(convolution, input, _weight!, _bias!) : Forward(input).relu_();

    /// <summary>relu(<see cref="Forward"/> + shortcut).</summary>
    /// <param name="input">What is convolved.</param>
    /// <param name="shortcut">What is added; it may be overwritten with the result.</param>
    public Tensor ForwardAddRelu(Tensor input, Tensor shortcut) => IsFusedFor(input)
        ? FusedConvolution.AddRelu(convolution, input, shortcut, _weight!, _bias!)
        : Forward(input).add_(shortcut).relu_();

    /// <summary>Folds once and keeps the result, for inference. Later changes of the weights are not seen until the next call.</summary>
    /// <param name="type">Number type of the kept weights.</param>
    /// <param name="plain">Leave the weights in torch's default layout, and fuse nothing into the convolution.</param>
    public void KeepFolded(ScalarType type, bool plain)
    {
        using var scope = NewDisposeScope();
        (Tensor weight, Tensor bias) = Fold();
        Discard();
        weight = weight.detach().to_type(type);
        // In the layout of the activations, or each pass would copy them into it.
        _weight = (plain ? weight : ChannelsLast.Of(weight)).DetachFromDisposeScope();
        _isFused = !plain && FusedConvolution.IsAvailable(_weight.device, type);
        // A bias may cancel most of what it is added to: rounded to 16 bits it would be the largest error of all.
        _bias = bias.detach().to_type(_isFused ? ScalarType.Float32 : type).DetachFromDisposeScope();
    }

    public void Discard()
    {
        _weight?.Dispose();
        _bias?.Dispose();
        _weight = _bias = null;
        _isFused = false;
    }

    public void Dispose() => Discard();

    private bool IsFusedFor(Tensor input) => _isFused && input.dtype == _weight!.dtype;

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
