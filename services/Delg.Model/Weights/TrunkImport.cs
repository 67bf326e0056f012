using System.Text.Json;
using Delg.Model.Network;
using Delg.Model.Weights.Import;
using Delg.Model.Weights.Import.Layouts;

namespace Delg.Model.Weights;

/// <summary>
/// Takes the trunk of a network from an ImageNet classifier whose tensors are named as torchvision names a ResNet's
/// (<c>conv1.weight</c>, <c>layer1.0.bn1.running_mean</c>, …). The heads keep what they had.
/// </summary>
public static class TrunkImport
{
    /// <summary>
    /// Where the trunk's <see cref="ModelLayout"/> lies in a safetensors file's metadata, as JSON, if the file was made by an import: the
    /// names alone do not tell where the strides sit.
    /// </summary>
    public const string LayoutKey = "delg.trunk_layout";

    /// <summary>Copies every tensor of the trunk, or none.</summary>
    /// <returns>What was used and what the file has besides.</returns>
    /// <exception cref="WeightsFormatException">A tensor of the trunk is missing or of another shape; the network is unchanged.</exception>
    public static TrunkImportReport FromTorchvision(DelgNetwork network, SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(file);
        using var checkpoint = new SafetensorsCheckpoint(file);
        NetworkMapping mapping = TorchvisionNames.Map(network.Layout, prefix: "");
        new NetworkFilling(checkpoint, mapping).CopyTo(network);
        string[] used = [.. mapping.Sources.Values];
        return new TrunkImportReport(used, [.. file.Tensors.Keys.Except(used).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The layout that the file names for its trunk; null if it names none.</summary>
    /// <exception cref="WeightsFormatException">What it names is no layout.</exception>
    public static ModelLayout? LayoutOf(SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.Metadata.TryGetValue(LayoutKey, out string? json))
            return null;
        try
        {
            ModelLayout layout = JsonSerializer.Deserialize<ModelLayout>(json) ?? throw new WeightsFormatException($"{LayoutKey} is null.");
            layout.Validate();
            return layout;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new WeightsFormatException($"{LayoutKey}: {e.Message}", e);
        }
    }
}

/// <summary>What became of a file's tensors.</summary>
/// <param name="Used">Names of those that are in the trunk now.</param>
/// <param name="Unused">Names of those that a trunk has no place for, such as the classifier's.</param>
public sealed record TrunkImportReport(IReadOnlyList<string> Used, IReadOnlyList<string> Unused);
