namespace Delg.Model.Network;

/// <summary>
/// Names and shapes of a network's state without making the network, so that a file is known to fit before memory is taken for it.
/// </summary>
internal static class StateShapes
{
    /// <summary>What <see cref="DelgNetwork"/> registers for a valid layout, in no particular order.</summary>
    public static IEnumerable<KeyValuePair<string, long[]>> Of(ModelLayout layout) => [.. Trunk(layout), .. Heads(layout)];

    /// <summary>The trunk's part of <see cref="Of"/>.</summary>
    public static IEnumerable<KeyValuePair<string, long[]>> Trunk(ModelLayout layout)
    {
        List<KeyValuePair<string, long[]>> shapes = [];
        AddConvolution("trunk.conv1", "trunk.bn1", layout.Width, 3, 7);
        int inputs = layout.Width;
        for (int stage = 0; stage < 4; stage++)
        {
            int width = layout.Width << stage;
            for (int i = 0; i < layout.Units[stage]; i++)
            {
                string unit = $"trunk.layer{stage + 1}.{i}";
                AddConvolution($"{unit}.conv1", $"{unit}.bn1", width, inputs, 1);
                AddConvolution($"{unit}.conv2", $"{unit}.bn2", width, width, 3);
                AddConvolution($"{unit}.conv3", $"{unit}.bn3", width * 4, width, 1);
                if (i == 0) AddConvolution($"{unit}.downsample.0", $"{unit}.downsample.1", width * 4, inputs, 1);
                inputs = width * 4;
            }
        }
        return shapes;

        void AddConvolution(string convolution, string normalization, int outputs, int channels, int kernel)
        {
            shapes.Add(new($"{convolution}.weight", [outputs, channels, kernel, kernel]));
            if (layout.ConvolutionBias) shapes.Add(new($"{convolution}.bias", [outputs]));
            shapes.AddRange(Normalization(normalization, outputs));
        }
    }

    private static IEnumerable<KeyValuePair<string, long[]>> Heads(ModelLayout layout)
    {
        (int shallow, int hidden, int code) = (layout.ShallowChannels, layout.AttentionDimension, layout.LocalDimension);
        List<KeyValuePair<string, long[]>> shapes =
        [
            .. Biased("global.whitening", layout.GlobalDimension, layout.DeepChannels),
            .. Biased("local.attention.conv1", hidden, shallow, 1, 1),
            .. Normalization("local.attention.bn", hidden),
            .. Biased("local.attention.conv2", 1, hidden, 1, 1),
        ];
        if (layout.LocalDescriptor == LocalDescriptorSource.Autoencoder)
            shapes.AddRange([.. Biased("local.autoencoder.encoder", code, shallow, 1, 1), .. Biased("local.autoencoder.decoder", shallow, code, 1, 1)]);
        return shapes;
    }

    private static KeyValuePair<string, long[]>[] Biased(string name, params long[] weight) =>
        [new($"{name}.weight", weight), new($"{name}.bias", [weight[0]])];

    private static KeyValuePair<string, long[]>[] Normalization(string name, long channels) =>
    [
        new($"{name}.weight", [channels]),
        new($"{name}.bias", [channels]),
        new($"{name}.running_mean", [channels]),
        new($"{name}.running_var", [channels]),
    ];
}
