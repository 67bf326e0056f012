using Delg.Model.Network;

namespace Delg.Model.Weights.Import.Layouts;

/// <summary>Trunks under the names of torchvision's ResNets: ours without <c>trunk.</c> before them.</summary>
internal static class TorchvisionNames
{
    private const string Ours = "trunk.";
    private const string Anchor = "layer1.0.conv1.weight";

    /// <summary>A trunk of a known layout; <paramref name="prefix"/> comes before each of their names.</summary>
    public static NetworkMapping Map(ModelLayout layout, string prefix) => new(
        "a ResNet under torchvision's names", layout,
        StateShapes.Trunk(layout).ToDictionary(s => s.Key, s => prefix + s.Key[Ours.Length..], StringComparer.Ordinal))
    {
        IsTrunkOnly = true,
    };

    /// <summary>Recognises a bottleneck ResNet; null if the checkpoint holds none.</summary>
    /// <exception cref="WeightsFormatException">It holds one that DELG has no trunk like, or several.</exception>
    public static NetworkMapping? Recognize(Checkpoint checkpoint, ModelLayout layout)
    {
        if (NamePrefix.Before(checkpoint, Anchor) is not { } prefix)
            return null;
        StageUnits units = KnownUnits.Of(stage => Enumerable.Range(0, KnownUnits.Most)
            .TakeWhile(i => checkpoint.Tensors.ContainsKey($"{prefix}layer{stage + 1}.{i}.conv1.weight")).Count());
        int width = NamePrefix.FirstAxis(checkpoint, $"{prefix}conv1.weight", axes: 4);
        return Map(layout with { Units = units, Width = width }, prefix);
    }
}
