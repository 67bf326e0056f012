using Delg.Model.Network;
using Delg.Model.Tests.Weights.Import.TensorFlow;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Weights.Import;

/// <summary>Writes a network as TensorFlow checkpoints under the names that its two DELG codes give.</summary>
internal static class ForeignBundles
{
    /// <summary>A released graph: slim's names, heads called anything, and what training leaves behind.</summary>
    public static BundleWriter Slim(DelgNetwork network, bool withDecoder = true, bool withTraining = true)
    {
        var writer = new BundleWriter { Compress = true, Shards = 2 };
        string trunk = network.Layout.Units == StageUnits.ResNet101 ? "resnet_v1_101" : "resnet_v1_50";
        foreach ((string name, Tensor tensor) in network.state_dict())
        {
            string[] part = name.Split('.');
            string? theirs = (part[0], part[1]) switch
            {
                ("trunk", "conv1") => $"{trunk}/conv1/weights",
                ("trunk", "bn1") => $"{trunk}/conv1/BatchNorm/{Norm(part[2])}",
                ("trunk", _) => $"{trunk}/block{part[1][5..]}/unit_{int.Parse(part[2], null) + 1}/bottleneck_v1/" + (part[3] == "downsample"
                    ? part[4] == "0" ? "shortcut/weights" : $"shortcut/BatchNorm/{Norm(part[5])}"
                    : part[3][..^1] == "conv" ? $"{part[3]}/weights" : $"conv{part[3][^1]}/BatchNorm/{Norm(part[4])}"),
                ("global", _) => $"head_a/{Leaf(part[^1])}",
                ("local", "attention") => (part[2], part[3]) switch
                {
                    ("conv1", "weight") => "attention_block/attention/compute/conv1/weights",
                    ("conv1", _) => null, // slim has no bias before its normalisation
                    ("bn", _) => $"attention_block/attention/compute/conv1/BatchNorm/{Norm(part[3])}",
                    _ => $"attention_block/attention/compute/conv2/{Leaf(part[3])}",
                },
                _ => part[2] == "encoder" ? $"head_b/{Leaf(part[3])}" : withDecoder ? $"head_c/{Leaf(part[3])}" : null,
            };
            if (theirs is not null)
                Add(writer, theirs, tensor, matrixAsConvolution: true);
        }
        if (withTraining)
        {
            writer.AddRaw("global_step", 9, [], new byte[8]);
            Add(writer, $"{trunk}/conv1/weights/Momentum", network.state_dict()["trunk.conv1.weight"], matrixAsConvolution: false);
            Add(writer, "head_b/weights/Momentum", network.state_dict()["local.autoencoder.encoder.weight"], matrixAsConvolution: false);
            writer.Add("attention_block/logits/weights", [network.Layout.ShallowChannels, 7], new float[network.Layout.ShallowChannels * 7]);
        }
        return writer;
    }

    /// <summary>The TensorFlow 2 code: object paths below a prefix.</summary>
    public static BundleWriter Keras(DelgNetwork network, string prefix)
    {
        var writer = new BundleWriter();
        foreach ((string name, Tensor tensor) in network.state_dict())
        {
            string[] part = name.Split('.');
            bool isNorm = part[^2].StartsWith("bn", StringComparison.Ordinal) || (part is [.., "downsample", "1", _]);
            string module = part switch
            {
                ["trunk", "conv1", _] => "backbone/conv1",
                ["trunk", "bn1", _] => "backbone/bn_conv1",
                ["trunk", var stage, var unit, "downsample", var which, _] => $"{Block(stage, unit)}/{(which == "0" ? "conv" : "bn")}_shortcut",
                ["trunk", var stage, var unit, var layer, _] => $"{Block(stage, unit)}/{layer[..^1]}2{(char)('a' + layer[^1] - '1')}",
                ["global", ..] => "backbone/embedding_layer",
                ["local", "attention", "bn", _] => "attention/bn_conv1",
                ["local", "attention", var layer, _] => $"attention/{layer}",
                [.., "encoder", _] => "autoencoder/conv1",
                _ => "autoencoder/conv2",
            };
            string leaf = isNorm ? Norm(part[^1]) : part[^1] == "weight" ? "kernel" : "bias";
            Add(writer, $"{prefix}{module}/{leaf}/.ATTRIBUTES/VARIABLE_VALUE", tensor, matrixAsConvolution: false);
        }
        writer.AddRaw("_CHECKPOINTABLE_OBJECT_GRAPH", 7, [], [3, 1, 2, 3]);
        writer.Add($"{prefix}attn_classification/kernel/.ATTRIBUTES/VARIABLE_VALUE", [2, 2], new float[4]);
        return writer;

        static string Block(string stage, string unit) => $"backbone/l{stage[^1] - '0' + 1}{(char)('a' + int.Parse(unit, null))}";
    }

    private static void Add(BundleWriter writer, string name, Tensor tensor, bool matrixAsConvolution)
    {
        using var scope = NewDisposeScope();
        Tensor turned = tensor.detach().dim() switch
        {
            4 => tensor.permute(2, 3, 1, 0),
            2 => matrixAsConvolution ? tensor.t().unsqueeze(0).unsqueeze(0) : tensor.t(),
            _ => tensor,
        };
        writer.Add(name, turned.shape, turned.contiguous().data<float>().ToArray());
    }

    private static string Leaf(string ours) => ours == "weight" ? "weights" : "biases";

    private static string Norm(string ours) => ours switch
    {
        "weight" => "gamma",
        "bias" => "beta",
        "running_mean" => "moving_mean",
        _ => "moving_variance",
    };
}
