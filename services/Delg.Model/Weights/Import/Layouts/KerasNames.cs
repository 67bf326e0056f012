using Delg.Model.Network;

namespace Delg.Model.Weights.Import.Layouts;

/// <summary>
/// The open-source TensorFlow 2 training code: variables under their object paths, such as
/// <c>backbone/l3b/conv2a/kernel/.ATTRIBUTES/VARIABLE_VALUE</c>.
/// </summary>
internal static class KerasNames
{
    private const string Suffix = "/.ATTRIBUTES/VARIABLE_VALUE";
    private const string Stem = "backbone/conv1/kernel" + Suffix;

    /// <summary>Recognises one; null if the checkpoint holds none.</summary>
    /// <exception cref="WeightsFormatException">It holds one that DELG has no trunk like, or several, or parts of it are missing.</exception>
    public static NetworkMapping? Recognize(Checkpoint checkpoint, ModelLayout? conventions)
    {
        if (NamePrefix.Before(checkpoint, Stem) is not { } prefix)
            return null;
        StageUnits units = KnownUnits.Of(stage => Enumerable.Range(0, 'z' - 'a' + 1)
            .TakeWhile(i => checkpoint.Tensors.ContainsKey($"{prefix}backbone/{Unit(stage + 1, i)}/conv2a/kernel{Suffix}")).Count());
        ModelLayout layout = (conventions ?? ModelLayout.Keras) with
        {
            Units = units,
            Width = NamePrefix.LastAxis(checkpoint, prefix + Stem, axes: 4),
            GlobalDimension = NamePrefix.LastAxis(checkpoint, $"{prefix}backbone/embedding_layer/kernel{Suffix}", axes: 2),
            AttentionDimension = NamePrefix.LastAxis(checkpoint, $"{prefix}attention/conv1/kernel{Suffix}", axes: 4),
            LocalDimension = NamePrefix.LastAxis(checkpoint, $"{prefix}autoencoder/conv1/kernel{Suffix}", axes: 4),
        };
        var sources = StateShapes.Trunk(layout).ToDictionary(s => s.Key, s => Path(Name(TrunkTensor.Parse(s.Key))), StringComparer.Ordinal);
        foreach ((string ours, string theirs) in (ReadOnlySpan<(string, string)>)
        [
            ("global.whitening", "backbone/embedding_layer"),
            ("local.attention.conv1", "attention/conv1"),
            ("local.attention.conv2", "attention/conv2"),
            ("local.autoencoder.encoder", "autoencoder/conv1"),
            ("local.autoencoder.decoder", "autoencoder/conv2"),
        ])
        {
            sources[$"{ours}.weight"] = Path($"{theirs}/kernel");
            sources[$"{ours}.bias"] = Path($"{theirs}/bias");
        }
        sources["local.attention.bn.weight"] = Path("attention/bn_conv1/gamma");
        sources["local.attention.bn.bias"] = Path("attention/bn_conv1/beta");
        sources["local.attention.bn.running_mean"] = Path("attention/bn_conv1/moving_mean");
        sources["local.attention.bn.running_var"] = Path("attention/bn_conv1/moving_variance");
        return new NetworkMapping("the open-source TensorFlow 2 DELG", layout, sources);

        string Path(string name) => prefix + name + Suffix;
    }

    private static string Unit(int stage, int unit) => $"l{stage + 1}{(char)('a' + unit)}";

    private static string Name(TrunkTensor tensor)
    {
        string module = tensor switch
        {
            { Stage: 0 } => tensor.IsNormalization ? "bn_conv1" : "conv1",
            { Convolution: 0 } => tensor.IsNormalization ? "bn_shortcut" : "conv_shortcut",
            _ => $"{(tensor.IsNormalization ? "bn" : "conv")}2{"abc"[tensor.Convolution - 1]}",
        };
        string scope = tensor.Stage == 0 ? "backbone" : $"backbone/{Unit(tensor.Stage, tensor.Unit)}";
        return $"{scope}/{module}/{tensor.TensorFlowLeaf("kernel", "bias")}";
    }
}
