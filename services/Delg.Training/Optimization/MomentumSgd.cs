using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Delg.Training.Optimization;

/// <summary>Stochastic gradient descent with momentum: velocity = momentum · velocity + gradient; weight -= rate · velocity.</summary>
internal sealed class MomentumSgd : IDisposable
{
    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly double _momentum;
    private readonly Dictionary<string, Tensor> _velocities;

    public MomentumSgd(IReadOnlyList<ParameterGroup> groups, double momentum)
    {
        _groups = groups;
        _momentum = momentum;
        _velocities = groups.SelectMany(g => g.Parameters).ToDictionary(p => p.Name, p => zeros_like(p.Value).detach().DetachFromDisposeScope());
    }

    /// <summary>By parameter name; live, so that a checkpoint can copy into them.</summary>
    public IReadOnlyDictionary<string, Tensor> Velocities => _velocities;

    /// <summary>Clips, moves every parameter that has a gradient, and forgets the gradients.</summary>
    /// <param name="factor">The schedule's factor on all learning rates.</param>
    /// <returns>The norm of each clip's gradients, in the order the clips first appear. Where one is not finite, its groups stay as they were.</returns>
    public IReadOnlyList<double> Step(double factor)
    {
        var norms = new List<double>();
        using IDisposable noGradient = no_grad();
        foreach (IGrouping<GradientClip, ParameterGroup> branch in _groups.GroupBy(g => g.Clip))
        {
            double norm = branch.Key.Apply(branch.SelectMany(g => g.Parameters).Select(p => p.Value));
            norms.Add(norm);
            foreach (ParameterGroup group in branch)
            {
                foreach ((string name, Parameter value) in group.Parameters)
                {
                    if (value.grad is not { } gradient) continue;
                    if (double.IsFinite(norm)) Move(name, value, gradient, group.LearningRate * factor);
                    value.grad = null;
                }
            }
        }
        return norms;
    }

    public void Dispose()
    {
        foreach (Tensor velocity in _velocities.Values) velocity.Dispose();
    }

    private void Move(string name, Parameter value, Tensor gradient, double rate)
    {
        using var scope = NewDisposeScope();
        Tensor velocity = _velocities[name];
        velocity.mul_(_momentum).add_(gradient);
        value.add_(velocity, alpha: -rate);
    }
}
