using System.Text.Json.Serialization;

namespace Delg.Model.Network;

/// <summary>
/// Everything about a DELG network that its weights alone do not tell: its size and the conventions of the framework it was
/// trained in. Plain values only, so that it travels as JSON with the weights.
/// </summary>
public sealed record ModelLayout
{
    /// <summary>Bottleneck units a stage.</summary>
    public StageUnits Units { get; init; } = StageUnits.ResNet50;

    /// <summary>Channels after the stem: 64 for a ResNet. All other widths follow; smaller values make small networks for tests.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Where the stages halve the resolution.</summary>
    public StridePlacement Stride { get; init; } = StridePlacement.First3x3;

    /// <summary>
    /// Sample conv4's output at every second pixel and let conv5 keep the resolution (the <c>block3_strides</c> option of the
    /// original training code). Has no meaning with <see cref="StridePlacement.LastUnit"/>, which already does so.
    /// </summary>
    public bool SubsampleConv4 { get; init; }

    public StemPadding StemPadding { get; init; } = StemPadding.Symmetric;

    public MaxPoolPadding MaxPoolPadding { get; init; } = MaxPoolPadding.One;

    /// <summary>Added to the variance in every batch normalisation, the attention's included.</summary>
    public float BatchNormEpsilon { get; init; } = 1e-5f;

    /// <summary>Whether the trunk's convolutions have a bias besides their batch normalisation (Keras).</summary>
    public bool ConvolutionBias { get; init; }

    public InputNormalization Normalization { get; init; } = InputNormalization.ImageNet;

    /// <summary>Power of the generalised mean (GeM); the paper fixes 3.</summary>
    public float GemPower { get; init; } = 3;

    /// <summary>Activations are raised to at least this before the power.</summary>
    public float GemEpsilon { get; init; } = 1e-6f;

    /// <summary>Length of the global descriptor.</summary>
    public int GlobalDimension { get; init; } = 2048;

    /// <summary>Where local descriptors come from.</summary>
    public LocalDescriptorSource LocalDescriptor { get; init; } = LocalDescriptorSource.Autoencoder;

    /// <summary>Length of a local descriptor: of the autoencoder's code, or of the attention's hidden layer where that is the descriptor.</summary>
    public int LocalDimension { get; init; } = 128;

    /// <summary>Hidden channels of the attention network.</summary>
    public int AttentionDimension { get; init; } = 512;

    /// <summary>Channels of the shallow map (conv4): 1024 for a ResNet.</summary>
    [JsonIgnore]
    public int ShallowChannels => Width * 16;

    /// <summary>Channels of the deep map (conv5): 2048 for a ResNet.</summary>
    [JsonIgnore]
    public int DeepChannels => Width * 32;

    /// <summary>Input pixels between neighbouring positions of the shallow map: 16 or 32.</summary>
    [JsonIgnore]
    public int LocalStride => Stride == StridePlacement.LastUnit || SubsampleConv4 ? 32 : 16;

    /// <summary>The layout of torchvision's ResNets.</summary>
    public static ModelLayout Torchvision { get; } = new();

    /// <summary>ResNet v1 as first published: stride in the first 1×1 convolution. The shipped weights are of this kind.</summary>
    public static ModelLayout ResNetV1 { get; } = new() { Stride = StridePlacement.First1x1 };

    /// <summary>The layout of the DELG models that Google released, trained with TF-slim.</summary>
    public static ModelLayout TensorFlowSlim { get; } = new()
    {
        Stride = StridePlacement.LastUnit,
        MaxPoolPadding = MaxPoolPadding.TensorFlowSame,
        Normalization = InputNormalization.Centered,
    };

    /// <summary>The layout of the open-source TensorFlow 2 training code.</summary>
    public static ModelLayout Keras { get; } = new()
    {
        Stride = StridePlacement.First1x1,
        SubsampleConv4 = true,
        StemPadding = StemPadding.TensorFlowSame,
        MaxPoolPadding = MaxPoolPadding.None,
        BatchNormEpsilon = 1e-3f,
        ConvolutionBias = true,
        Normalization = InputNormalization.Centered,
    };

    /// <summary>The layout of feymanpriv's PyTorch DELG; its learnt GeM power comes with its weights.</summary>
    public static ModelLayout Feymanpriv { get; } = new()
    {
        Normalization = InputNormalization.Pycls,
        GlobalDimension = 512,
        LocalDescriptor = LocalDescriptorSource.AttentionHidden,
        LocalDimension = 512,
    };

    /// <summary>Reports every value that no network can be made of.</summary>
    /// <exception cref="ArgumentException">At least one value is out of its range; the message names them all.</exception>
    public void Validate()
    {
        List<string> mistakes = [];
        for (int stage = 0; stage < 4; stage++)
        {
            if (Units[stage] is < 1 or > 256) mistakes.Add($"Units.Conv{stage + 2} must be 1 to 256, not {Units[stage]}");
        }
        RequireRange(nameof(Width), Width, 1024);
        RequireRange(nameof(GlobalDimension), GlobalDimension, 65536);
        RequireRange(nameof(LocalDimension), LocalDimension, 65536);
        RequireRange(nameof(AttentionDimension), AttentionDimension, 65536);
        RequirePositive(nameof(BatchNormEpsilon), BatchNormEpsilon);
        RequirePositive(nameof(GemPower), GemPower);
        RequirePositive(nameof(GemEpsilon), GemEpsilon);
        foreach (float deviation in Normalization.Deviation.ToArray()) RequirePositive("Normalization.Deviation", deviation);
        if (!Enum.IsDefined(Stride)) mistakes.Add($"Stride has no value {(int)Stride}");
        if (!Enum.IsDefined(StemPadding)) mistakes.Add($"StemPadding has no value {(int)StemPadding}");
        if (!Enum.IsDefined(MaxPoolPadding)) mistakes.Add($"MaxPoolPadding has no value {(int)MaxPoolPadding}");
        if (!Enum.IsDefined(LocalDescriptor)) mistakes.Add($"LocalDescriptor has no value {(int)LocalDescriptor}");
        if (LocalDescriptor == LocalDescriptorSource.AttentionHidden && LocalDimension != AttentionDimension)
            mistakes.Add($"LocalDimension must be AttentionDimension, {AttentionDimension}, where LocalDescriptor is AttentionHidden, not {LocalDimension}");
        if (mistakes.Count > 0) throw new ArgumentException("Model layout: " + string.Join("; ", mistakes) + ".");

        void RequireRange(string name, int value, int maximum)
        {
            if (value < 1 || value > maximum) mistakes.Add($"{name} must be 1 to {maximum}, not {value}");
        }

        void RequirePositive(string name, float value)
        {
            if (!(value > 0) || !float.IsFinite(value)) mistakes.Add($"{name} must be a positive number, not {value}");
        }
    }

    /// <summary>The stride of a unit's convolution or projection within its stage; stages count from 0 (conv2).</summary>
    internal int StageStride(int stage) => stage switch
    {
        0 => Stride == StridePlacement.LastUnit ? 2 : 1,
        3 => LocalStride == 32 ? 1 : 2,
        _ => 2,
    };
}
