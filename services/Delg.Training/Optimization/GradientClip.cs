using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Delg.Training.Optimization;

/// <summary>A bound on the norm of all gradients of a branch taken as one vector.</summary>
internal sealed class GradientClip(double maximumNorm)
{
    /// <summary>Scales gradients down where their norm is above the bound.</summary>
    /// <returns>The norm before; not finite if any gradient is not.</returns>
    public double Apply(IEnumerable<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor[] gradients = [.. parameters.Select(p => p.grad).OfType<Tensor>()];
        if (gradients.Length == 0) return 0;
        double norm = stack([.. gradients.Select(g => g.square().sum())]).sum().sqrt().item<float>();
        if (double.IsFinite(norm) && norm > maximumNorm)
        {
            foreach (Tensor gradient in gradients) gradient.mul_(maximumNorm / norm);
        }
        return norm;
    }
}
