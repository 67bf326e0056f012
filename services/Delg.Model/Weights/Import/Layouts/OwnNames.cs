using Delg.Model.Network;

namespace Delg.Model.Weights.Import.Layouts;

/// <summary>Our own names, without a manifest: a state dictionary that another program wrote for us.</summary>
internal static class OwnNames
{
    private const string Anchor = "trunk.layer1.0.conv1.weight";

    /// <summary>Recognises one; null if the checkpoint holds none.</summary>
    /// <exception cref="WeightsFormatException">The layout is not told, or parts of the network are missing.</exception>
    public static NetworkMapping? Recognize(Checkpoint checkpoint, ModelLayout? conventions)
    {
        if (NamePrefix.Before(checkpoint, Anchor) is not { } prefix)
            return null;
        if (conventions is null)
            throw new WeightsFormatException("These are our own names without a manifest, which do not tell the network's layout: say it with --layout. Nothing was imported.");
        bool hasAutoencoder = checkpoint.Tensors.ContainsKey($"{prefix}local.autoencoder.encoder.weight");
        int hidden = NamePrefix.FirstAxis(checkpoint, $"{prefix}local.attention.conv1.weight", axes: 4);
        ModelLayout layout = conventions with
        {
            Units = KnownUnits.Of(stage => Enumerable.Range(0, KnownUnits.Most)
                .TakeWhile(i => checkpoint.Tensors.ContainsKey($"{prefix}trunk.layer{stage + 1}.{i}.conv1.weight")).Count()),
            Width = NamePrefix.FirstAxis(checkpoint, $"{prefix}trunk.conv1.weight", axes: 4),
            GlobalDimension = NamePrefix.FirstAxis(checkpoint, $"{prefix}global.whitening.weight", axes: 2),
            AttentionDimension = hidden,
            LocalDescriptor = hasAutoencoder ? LocalDescriptorSource.Autoencoder : LocalDescriptorSource.AttentionHidden,
            LocalDimension = hasAutoencoder ? NamePrefix.FirstAxis(checkpoint, $"{prefix}local.autoencoder.encoder.weight", axes: 4) : hidden,
        };
        return new NetworkMapping("our own network", layout, StateShapes.Of(layout).ToDictionary(s => s.Key, s => prefix + s.Key, StringComparer.Ordinal));
    }
}
