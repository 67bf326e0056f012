using Delg.Model.Network;

namespace Delg.Model.Weights.Import.Layouts;

/// <summary>
/// The DELG graphs that Google released: a TF-slim trunk below <c>resnet_v1_50</c> or <c>resnet_v1_101</c>, found by name, and heads
/// whose names are not published, found by shape (<see cref="SlimHeads"/>).
/// </summary>
internal static class SlimNames
{
    private static readonly (string Scope, StageUnits Units)[] _trunks = [("resnet_v1_50/", StageUnits.ResNet50), ("resnet_v1_101/", StageUnits.ResNet101)];

    /// <summary>Recognises one; null if the checkpoint holds none.</summary>
    /// <exception cref="WeightsFormatException">It holds several, or its heads are not told apart.</exception>
    public static NetworkMapping? Recognize(Checkpoint checkpoint, ModelLayout? conventions)
    {
        foreach ((string scope, StageUnits units) in _trunks)
        {
            const string Stem = "conv1/weights";
            if (NamePrefix.Before(checkpoint, scope + Stem) is not { } before)
                continue;
            string prefix = before + scope;
            int width = NamePrefix.LastAxis(checkpoint, prefix + Stem, axes: 4);
            ModelLayout trunk = (conventions ?? ModelLayout.TensorFlowSlim) with { Units = units, Width = width };
            var heads = SlimHeads.Find(checkpoint, prefix, trunk);
            var sources = StateShapes.Trunk(trunk).ToDictionary(s => s.Key, s => prefix + Name(TrunkTensor.Parse(s.Key)), StringComparer.Ordinal);
            foreach ((string ours, string theirs) in heads.Sources)
                sources[ours] = theirs;
            return new NetworkMapping("a released DELG", heads.Layout, sources)
            {
                Optional = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["local.attention.conv1.bias"] = "the batch normalisation behind it has one",
                    ["local.autoencoder.decoder.weight"] = "only training rebuilds features",
                    ["local.autoencoder.decoder.bias"] = "only training rebuilds features",
                },
            };
        }
        return null;
    }

    private static string Name(TrunkTensor tensor)
    {
        string scope = tensor.Stage == 0 ? "" : $"block{tensor.Stage}/unit_{tensor.Unit + 1}/bottleneck_v1/";
        string module = tensor.Convolution == 0 ? "shortcut" : $"conv{tensor.Convolution}";
        return $"{scope}{module}/{(tensor.IsNormalization ? "BatchNorm/" : "")}{tensor.TensorFlowLeaf("weights", "biases")}";
    }
}
