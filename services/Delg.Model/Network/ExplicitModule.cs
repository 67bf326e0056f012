using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>
/// A module whose state has only the names it registers. TorchSharp would add every field once more under its C# name.
/// </summary>
public abstract class ExplicitModule : nn.Module
{
    private protected ExplicitModule(string name)
        : base(name)
    {
    }

    /// <summary>Does nothing: the constructors register what there is.</summary>
    protected override void RegisterComponents()
    {
    }
}
