using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>A residual unit: 1×1, 3×3 and 1×1 convolutions beside a shortcut (He et al. 2015, §4.1).</summary>
internal sealed class BottleneckUnit : ExplicitModule
{
    private readonly NormalizedConvolution[] _branch;
    private readonly NormalizedConvolution? _projection;
    private readonly int _identityStride = 1;

    /// <param name="layout">Where the stride sits, biases, epsilon.</param>
    /// <param name="inputs">Channels that come in.</param>
    /// <param name="width">Channels of the 3×3 convolution; four times as many leave.</param>
    /// <param name="stride">The stage's stride if it is this unit's to take, else 1.</param>
    /// <param name="project">Whether the shortcut is a 1×1 convolution (a stage's first unit) rather than the identity.</param>
    public BottleneckUnit(ModelLayout layout, int inputs, int width, int stride, bool project)
        : base(nameof(BottleneckUnit))
    {
        bool strideAtEntry = layout.Stride == StridePlacement.First1x1;
        _branch =
        [
            Add("1", new Convolution(inputs, width, stride: strideAtEntry ? stride : 1, bias: layout.ConvolutionBias)),
            Add("2", new Convolution(width, width, kernel: 3, stride: strideAtEntry ? 1 : stride, padding: 1, bias: layout.ConvolutionBias)),
            Add("3", new Convolution(width, width * 4, bias: layout.ConvolutionBias)),
        ];
        if (project)
        {
            var shortcut = new Projection(layout, inputs, width * 4, stride);
            register_module("downsample", shortcut);
            _projection = shortcut.Folded;
        }
        else
        {
            _identityStride = stride;
        }

        NormalizedConvolution Add(string suffix, Convolution convolution)
        {
            var normalization = new FrozenBatchNorm((int)convolution.Weight.shape[0], layout.BatchNormEpsilon);
            register_module("conv" + suffix, convolution);
            register_module("bn" + suffix, normalization);
            return new NormalizedConvolution(convolution, normalization);
        }
    }

    public IEnumerable<NormalizedConvolution> Convolutions => _projection is null ? _branch : [.. _branch, _projection];

    /// <summary>The unit's output. Inference may write it over <paramref name="input"/> where the shortcut is the identity.</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = _branch[0].ForwardRelu(input);
        x = _branch[1].ForwardRelu(x);
        Tensor shortcut = _projection is not null ? _projection.Forward(input)
            : _identityStride == 1 ? input
            : ChannelsLast.Of(Subsample(input, _identityStride));
        return _branch[2].ForwardAddRelu(x, shortcut).MoveToOuterDisposeScope();
    }

    /// <summary>Every <paramref name="stride"/>-th pixel, the first one included.</summary>
    internal static Tensor Subsample(Tensor map, int stride) =>
        map[.., .., TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)];

    private sealed class Projection : ExplicitModule
    {
        public Projection(ModelLayout layout, int inputs, int outputs, int stride)
            : base(nameof(Projection))
        {
            var convolution = new Convolution(inputs, outputs, stride: stride, bias: layout.ConvolutionBias);
            var normalization = new FrozenBatchNorm(outputs, layout.BatchNormEpsilon);
            register_module("0", convolution);
            register_module("1", normalization);
            Folded = new NormalizedConvolution(convolution, normalization);
        }

        public NormalizedConvolution Folded { get; }
    }
}
