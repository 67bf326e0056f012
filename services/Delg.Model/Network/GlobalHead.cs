using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>Generalised-mean pooling and the embedding ("whitening") layer behind it (DELG §3.1).</summary>
internal sealed class GlobalHead : ExplicitModule
{
    private readonly ModelLayout _layout;
    private readonly LinearLayer _whitening;

    public GlobalHead(ModelLayout layout)
        : base(nameof(GlobalHead))
    {
        _layout = layout;
        _whitening = new LinearLayer(layout.DeepChannels, layout.GlobalDimension);
        register_module("whitening", _whitening);
    }

    /// <summary>(mean of max(x, ε)^p)^(1/p) a channel, in float32: the power overflows or rounds away in 16 bits.</summary>
    public Tensor Pool(Tensor deep)
    {
        using var scope = NewDisposeScope();
        Tensor clamped = deep.to_type(ScalarType.Float32).clamp_min(_layout.GemEpsilon);
        Tensor powered = _layout.GemPower == 3 ? (clamped * clamped).mul_(clamped) : clamped.pow(_layout.GemPower);
        return powered.mean([2, 3]).pow(1 / _layout.GemPower).MoveToOuterDisposeScope();
    }

    public Tensor Whiten(Tensor pooled) => _whitening.Forward(pooled);

    private sealed class LinearLayer : ExplicitModule
    {
        public LinearLayer(int inputs, int outputs)
            : base(nameof(LinearLayer))
        {
            var weight = new Parameter(empty(outputs, inputs));
            nn.init.kaiming_normal_(weight, nonlinearity: nn.init.NonlinearityType.Linear);
            register_parameter("weight", weight);
            register_parameter("bias", new Parameter(zeros(outputs)));
        }

        public Tensor Forward(Tensor input) => nn.functional.linear(input, get_parameter("weight")!, get_parameter("bias")!);
    }
}
