using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>Attention and, in most layouts, autoencoder over the shallow map (DELG §3.1, §3.2).</summary>
internal sealed class LocalHead : ExplicitModule
{
    private readonly AttentionNetwork _attention;
    private readonly Autoencoder? _autoencoder;

    public LocalHead(ModelLayout layout)
        : base(nameof(LocalHead))
    {
        register_module("attention", _attention = new AttentionNetwork(layout));
        if (layout.LocalDescriptor == LocalDescriptorSource.Autoencoder)
            register_module("autoencoder", _autoencoder = new Autoencoder(layout));
    }

    public IEnumerable<NormalizedConvolution> Convolutions => [_attention.Hidden];

    public Tensor Attention(Tensor shallow) => _attention.Forward(shallow);

    public Tensor Encode(Tensor shallow)
    {
        using Tensor input = shallow.to_type(ScalarType.Float32);
        return _autoencoder is null ? _attention.Hidden.ForwardExact(input) : _autoencoder.Encode(input);
    }

    public Tensor Decode(Tensor code) =>
        (_autoencoder ?? throw new InvalidOperationException("A network of this layout has no autoencoder.")).Decode(code);

    private sealed class AttentionNetwork : ExplicitModule
    {
        private readonly Convolution _score;

        public AttentionNetwork(ModelLayout layout)
            : base(nameof(AttentionNetwork))
        {
            var hidden = new Convolution(layout.ShallowChannels, layout.AttentionDimension, bias: true);
            var normalization = new FrozenBatchNorm(layout.AttentionDimension, layout.BatchNormEpsilon);
            _score = new Convolution(layout.AttentionDimension, 1, bias: true);
            register_module("conv1", hidden);
            register_module("bn", normalization);
            register_module("conv2", _score);
            Hidden = new NormalizedConvolution(hidden, normalization);
        }

        public NormalizedConvolution Hidden { get; }

        public Tensor Forward(Tensor shallow)
        {
            using var scope = NewDisposeScope();
            Tensor hidden = Hidden.ForwardRelu(shallow).to_type(ScalarType.Float32);
            // As a product of a matrix and a vector: a convolution to a single channel pads it to as many as a register holds.
            Tensor scores = hidden.permute(0, 2, 3, 1).matmul(_score.Weight.view(-1, 1)).add_(_score.Bias!);
            return nn.functional.softplus(scores.permute(0, 3, 1, 2)).MoveToOuterDisposeScope();
        }
    }

    private sealed class Autoencoder : ExplicitModule
    {
        private readonly Convolution _encoder;
        private readonly Convolution _decoder;

        public Autoencoder(ModelLayout layout)
            : base(nameof(Autoencoder))
        {
            register_module("encoder", _encoder = new Convolution(layout.ShallowChannels, layout.LocalDimension, bias: true));
            register_module("decoder", _decoder = new Convolution(layout.LocalDimension, layout.ShallowChannels, bias: true));
        }

        public Tensor Encode(Tensor shallow) => _encoder.Forward(shallow);

        public Tensor Decode(Tensor code) => _decoder.Forward(code).relu_();
    }
}
