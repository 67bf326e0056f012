using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Model.Weights;

/// <summary>
/// Takes the trunk of a network from an ImageNet classifier whose tensors are named as torchvision names a ResNet's
/// (<c>conv1.weight</c>, <c>layer1.0.bn1.running_mean</c>, …). The heads keep what they had.
/// </summary>
public static class TrunkImport
{
    private const string Trunk = "trunk.";

    /// <summary>Copies every tensor of the trunk, or none.</summary>
    /// <returns>What was used and what the file has besides.</returns>
    /// <exception cref="WeightsFormatException">A tensor of the trunk is missing or of another shape; the network is unchanged.</exception>
    public static TrunkImportReport FromTorchvision(DelgNetwork network, SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(file);
        using var scope = NewDisposeScope();
        using IDisposable gradients = no_grad();
        List<string> mistakes = [];
        var values = new List<(string Name, Tensor Target, Tensor Value)>();
        foreach ((string name, Tensor target) in network.state_dict())
        {
            if (!name.StartsWith(Trunk, StringComparison.Ordinal))
                continue;
            string theirs = name[Trunk.Length..];
            if (!file.Tensors.TryGetValue(theirs, out StoredTensor? stored))
                mistakes.Add($"{theirs} is missing");
            else if (!stored.Shape.SequenceEqual(target.shape))
                mistakes.Add($"{theirs} has the shape {stored.ShapeText} instead of [{string.Join(", ", target.shape)}]");
            else
                values.Add((theirs, target, TensorCodec.ToFloat32(stored)));
        }
        if (mistakes.Count > 0)
            throw new WeightsFormatException($"Not this trunk's weights, nothing was imported: {string.Join("; ", mistakes)}.");

        foreach ((_, Tensor target, Tensor value) in values)
            target.copy_(value);
        string[] used = [.. values.Select(v => v.Name)];
        return new TrunkImportReport(used, [.. file.Tensors.Keys.Except(used).Order(StringComparer.Ordinal)]);
    }
}

/// <summary>What became of a file's tensors.</summary>
/// <param name="Used">Names of those that are in the trunk now.</param>
/// <param name="Unused">Names of those that a trunk has no place for, such as the classifier's.</param>
public sealed record TrunkImportReport(IReadOnlyList<string> Used, IReadOnlyList<string> Unused);
