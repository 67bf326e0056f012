using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>A ResNet v1 without its classifier: picture in, the maps after conv4 and conv5 out.</summary>
internal sealed class ResNetTrunk : ExplicitModule
{
    private const int StemKernel = 7;
    private const int PoolKernel = 3;

    private readonly ModelLayout _layout;
    private readonly NormalizedConvolution _stem;
    private readonly BottleneckUnit[][] _stages = new BottleneckUnit[4][];

    public ResNetTrunk(ModelLayout layout)
        : base(nameof(ResNetTrunk))
    {
        _layout = layout;
        int padding = layout.StemPadding == StemPadding.Symmetric ? StemKernel / 2 : 0;
        var convolution = new Convolution(3, layout.Width, StemKernel, stride: 2, padding, layout.ConvolutionBias);
        var normalization = new FrozenBatchNorm(layout.Width, layout.BatchNormEpsilon);
        register_module("conv1", convolution);
        register_module("bn1", normalization);
        _stem = new NormalizedConvolution(convolution, normalization);

        int inputs = layout.Width;
        for (int stage = 0; stage < _stages.Length; stage++)
        {
            int width = layout.Width << stage;
            var units = new BottleneckUnit[layout.Units[stage]];
            int strided = layout.Stride == StridePlacement.LastUnit ? units.Length - 1 : 0;
            for (int i = 0; i < units.Length; i++)
            {
                units[i] = new BottleneckUnit(layout, inputs, width, i == strided ? layout.StageStride(stage) : 1, project: i == 0);
                inputs = width * 4;
            }
            _stages[stage] = units;
            register_module($"layer{stage + 1}", new Stage(units));
        }
    }

    public IEnumerable<NormalizedConvolution> Convolutions => [_stem, .. _stages.SelectMany(s => s).SelectMany(u => u.Convolutions)];

    public Tensor Shallow(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = input;
        if (_layout.StemPadding == StemPadding.TensorFlowSame) x = PadSame(x, StemKernel);
        x = _stem.ForwardRelu(x);
        x = Pool(x);
        for (int stage = 0; stage < 3; stage++) x = Run(_stages[stage], x);
        if (_layout.SubsampleConv4 && _layout.Stride != StridePlacement.LastUnit) x = ChannelsLast.Of(BottleneckUnit.Subsample(x, 2));
        return x.MoveToOuterDisposeScope();
    }

    public Tensor Deep(Tensor shallow) => Run(_stages[3], shallow);

    private static Tensor Run(BottleneckUnit[] units, Tensor input)
    {
        Tensor x = input;
        foreach (BottleneckUnit unit in units)
        {
            Tensor next = unit.Forward(x);
            if (!ReferenceEquals(x, input)) x.Dispose();
            x = next;
        }
        return x;
    }

    private Tensor Pool(Tensor map)
    {
        int padding = 0;
        if (_layout.MaxPoolPadding == MaxPoolPadding.One) padding = 1;
        // The map is past its ReLU, so that a border of zeros never wins over a pixel: it is as good as one of -inf.
        else if (_layout.MaxPoolPadding == MaxPoolPadding.TensorFlowSame) map = PadSame(map, PoolKernel);
        return nn.functional.max_pool2d(map, PoolKernel, stride: 2, padding: padding);
    }

    private static Tensor PadSame(Tensor map, int kernel)
    {
        (long top, long bottom) = SamePadding.Of(map.shape[2], kernel, stride: 2);
        (long left, long right) = SamePadding.Of(map.shape[3], kernel, stride: 2);
        return nn.functional.pad(map, [left, right, top, bottom]);
    }

    private sealed class Stage : ExplicitModule
    {
        public Stage(BottleneckUnit[] units)
            : base(nameof(Stage))
        {
            for (int i = 0; i < units.Length; i++) register_module($"{i}", units[i]);
        }
    }
}
