using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>
/// Batch normalisation by stored statistics only: a scale and a shift a channel. Statistics of the small batches that
/// fine-tuning affords would undo what the trunk has learnt, so they are never recomputed.
/// </summary>
internal sealed class FrozenBatchNorm : ExplicitModule
{
    private readonly float _epsilon;

    public FrozenBatchNorm(int channels, float epsilon)
        : base(nameof(FrozenBatchNorm))
    {
        _epsilon = epsilon;
        register_parameter("weight", new Parameter(ones(channels)));
        register_parameter("bias", new Parameter(zeros(channels)));
        register_buffer("running_mean", zeros(channels));
        register_buffer("running_var", ones(channels));
    }

    /// <summary>The same mapping as <c>x · scale + shift</c>, one value a channel each.</summary>
    public (Tensor Scale, Tensor Shift) AsAffine()
    {
        Tensor scale = get_parameter("weight")! * rsqrt(get_buffer("running_var")! + _epsilon);
        return (scale, get_parameter("bias")! - get_buffer("running_mean")! * scale);
    }
}
