using Delg.Model.Network;

namespace Delg.Model.Weights.Import.Layouts;

/// <summary>
/// The PyTorch DELG of feymanpriv: pycls's ResNet below <c>globalmodel</c>, a learnt GeM power, a 512-d embedding, and an attention whose
/// hidden layer is the local descriptor. Also pycls's ResNets themselves, as trunks.
/// </summary>
internal static class FeymanprivNames
{
    private const string UnitAnchor = "s1.b1.f.a.weight";
    private const string Global = "globalmodel.";

    /// <summary>Recognises one; null if the checkpoint holds none.</summary>
    /// <exception cref="WeightsFormatException">It holds one that DELG has no trunk like, or several, or parts of it are missing.</exception>
    public static NetworkMapping? Recognize(Checkpoint checkpoint, ModelLayout? conventions)
    {
        if (NamePrefix.Before(checkpoint, Global + UnitAnchor) is { } prefix)
            return Whole(checkpoint, conventions ?? ModelLayout.Feymanpriv, prefix);
        return NamePrefix.Before(checkpoint, UnitAnchor) is { } trunk
            ? Trunk(checkpoint, conventions ?? ModelLayout.Torchvision with { Normalization = InputNormalization.Pycls }, trunk)
            : null;
    }

    private static NetworkMapping Whole(Checkpoint checkpoint, ModelLayout conventions, string prefix)
    {
        NetworkMapping trunk = Trunk(checkpoint, conventions, prefix + Global);
        string power = $"{prefix}globalmodel.head.pool.p";
        int hidden = NamePrefix.FirstAxis(checkpoint, $"{prefix}localmodel.conv1.weight", axes: 4);
        ModelLayout layout = trunk.Layout with
        {
            GemPower = Scalar(checkpoint, power),
            GlobalDimension = NamePrefix.FirstAxis(checkpoint, $"{prefix}globalmodel.head.fc.weight", axes: 2),
            AttentionDimension = hidden,
            LocalDimension = hidden,
            LocalDescriptor = LocalDescriptorSource.AttentionHidden,
        };
        var sources = new Dictionary<string, string>(trunk.Sources, StringComparer.Ordinal);
        foreach (string leaf in (string[])["weight", "bias"])
        {
            sources[$"global.whitening.{leaf}"] = $"{prefix}globalmodel.head.fc.{leaf}";
            sources[$"local.attention.conv1.{leaf}"] = $"{prefix}localmodel.conv1.{leaf}";
            sources[$"local.attention.conv2.{leaf}"] = $"{prefix}localmodel.conv2.{leaf}";
        }
        foreach (string leaf in (string[])["weight", "bias", "running_mean", "running_var"])
            sources[$"local.attention.bn.{leaf}"] = $"{prefix}localmodel.bn.{leaf}";
        return new NetworkMapping("feymanpriv's DELG", layout, sources) { ReadIntoLayout = [power] };
    }

    private static NetworkMapping Trunk(Checkpoint checkpoint, ModelLayout conventions, string prefix)
    {
        StageUnits units = KnownUnits.Of(stage => Enumerable.Range(1, KnownUnits.Most)
            .TakeWhile(i => checkpoint.Tensors.ContainsKey($"{prefix}s{stage + 1}.b{i}.f.a.weight")).Count());
        int width = NamePrefix.FirstAxis(checkpoint, $"{prefix}stem.conv.weight", axes: 4);
        ModelLayout layout = conventions with { Units = units, Width = width };
        return new NetworkMapping(
            "a ResNet under pycls's names", layout,
            StateShapes.Trunk(layout).ToDictionary(s => s.Key, s => prefix + Name(TrunkTensor.Parse(s.Key)), StringComparer.Ordinal))
        {
            IsTrunkOnly = true,
        };
    }

    private static string Name(TrunkTensor tensor)
    {
        string module = tensor switch
        {
            { Stage: 0 } => tensor.IsNormalization ? "stem.bn" : "stem.conv",
            { Convolution: 0 } => tensor.IsNormalization ? "bn" : "proj",
            _ => $"f.{"abc"[tensor.Convolution - 1]}{(tensor.IsNormalization ? "_bn" : "")}",
        };
        return (tensor.Stage == 0 ? "" : $"s{tensor.Stage}.b{tensor.Unit + 1}.") + $"{module}.{tensor.Leaf}";
    }

    private static float Scalar(Checkpoint checkpoint, string name)
    {
        if (!checkpoint.Tensors.TryGetValue(name, out CheckpointTensor? tensor))
            throw new WeightsFormatException($"{name} is missing, nothing was imported.");
        if (tensor.Type is not (ElementType.F32 or ElementType.F16 or ElementType.BF16) || CheckpointTensor.Count(name, tensor.Shape) != 1)
            throw new WeightsFormatException($"{name} is {tensor.TypeName} {tensor.ShapeText}, not one floating point number. Nothing was imported.");
        using TorchSharp.torch.Tensor value = TensorCodec.ToFloat32(checkpoint.Read(name));
        return value.data<float>()[0];
    }
}
