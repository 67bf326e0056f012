using static TorchSharp.torch;

namespace Delg.Training.Initialization;

/// <summary>Mean and principal axes of a set of vectors, by falling variance.</summary>
internal sealed class PrincipalComponents : IDisposable
{
    private PrincipalComponents(Tensor mean, Tensor axes, Tensor variances) => (Mean, Axes, Variances) = (mean, axes, variances);

    /// <summary>Dimension.</summary>
    public Tensor Mean { get; }

    /// <summary>Dimension × dimension: a row is an axis of unit length.</summary>
    public Tensor Axes { get; }

    /// <summary>The variance along each axis.</summary>
    public Tensor Variances { get; }

    /// <param name="vectors">Count × dimension, at least two.</param>
    public static PrincipalComponents Of(Tensor vectors)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor mean = vectors.mean([0]);
        Tensor centred = vectors - mean;
        (Tensor variances, Tensor axes) = linalg.eigh(centred.t().mm(centred) / vectors.shape[0]);
        // eigh gives rising values and axes as columns.
        return new PrincipalComponents(
            mean.DetachFromDisposeScope(),
            axes.t().flip(0).contiguous().DetachFromDisposeScope(),
            variances.flip(0).clamp_min(0).contiguous().DetachFromDisposeScope());
    }

    /// <summary>
    /// A linear layer that whitens: on the vectors above its outputs have mean 0, no correlation and variance λ / (λ + shrinkage · λ₁).
    /// </summary>
    /// <param name="dimension">How many axes to keep.</param>
    /// <param name="shrinkage">Share of the first variance that is added to all, so that noise along the last axes is not blown up.</param>
    public (Tensor Weight, Tensor Bias) Whitening(int dimension, double shrinkage)
    {
        using var scope = NewDisposeScope();
        Tensor scale = (Variances[..dimension] + Variances[0] * shrinkage).rsqrt();
        Tensor weight = Axes[..dimension] * scale.view(-1, 1);
        Tensor bias = -weight.mv(Mean);
        scope.MoveToOuter(weight, bias);
        return (weight, bias);
    }

    public void Dispose()
    {
        Mean.Dispose();
        Axes.Dispose();
        Variances.Dispose();
    }
}
