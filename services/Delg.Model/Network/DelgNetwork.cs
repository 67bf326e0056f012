using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>
/// The DELG network (Cao, Araujo, Sim, ECCV 2020, §3): a ResNet trunk, a global head on its deep map and a local head on its
/// shallow map. Weights are float32; convolutions run in <see cref="ComputeType"/>, everything that would suffer from 16 bits
/// (GeM, whitening, scores, the autoencoder) in float32.
/// </summary>
/// <remarks>
/// The caller stops gradients (<c>detach</c>) where the paper does, holds a dispose scope around a forward pass, and switches
/// gradients off for inference. Batch normalisation always uses its stored statistics. Names in the state dictionary:
/// <c>trunk.conv1</c>, <c>trunk.bn1</c>, <c>trunk.layer{1-4}.{i}.conv{1-3} | bn{1-3} | downsample.{0,1}</c>,
/// <c>global.whitening</c>, <c>local.attention.conv1 | bn | conv2</c>, <c>local.autoencoder.encoder | decoder</c>, the last two only in
/// layouts whose <see cref="ModelLayout.LocalDescriptor"/> is the autoencoder's code.
/// </remarks>
public sealed class DelgNetwork : ExplicitModule
{
    private readonly ResNetTrunk _trunk;
    private readonly GlobalHead _global;
    private readonly LocalHead _local;
    private bool _isPlain;

    /// <summary>Makes a network with random weights, drawn from torch's generator.</summary>
    /// <exception cref="ArgumentException">The layout has a value out of range.</exception>
    public DelgNetwork(ModelLayout layout)
        : base(nameof(DelgNetwork))
    {
        ArgumentNullException.ThrowIfNull(layout);
        layout.Validate();
        Layout = layout;
        register_module("trunk", _trunk = new ResNetTrunk(layout));
        register_module("global", _global = new GlobalHead(layout));
        register_module("local", _local = new LocalHead(layout));
        // The network owns its weights, whatever scope it is made in.
        foreach (Tensor weight in state_dict().Values) weight.DetachFromDisposeScope();
    }

    public ModelLayout Layout { get; }

    /// <summary>The type convolutions of the trunk and the attention run in: float32 (default) or bfloat16.</summary>
    public ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <summary>Colour values as the network wants them.</summary>
    /// <param name="rgb">N×3×H×W, channels R, G, B, values 0–255, any type.</param>
    /// <returns>N×3×H×W float32 in the layout's channel order, normalised.</returns>
    public Tensor Normalize(Tensor rgb)
    {
        using var scope = NewDisposeScope();
        InputNormalization rule = Layout.Normalization;
        Tensor x = rgb.to_type(ScalarType.Float32);
        if (rule.Order == ChannelOrder.Bgr) x = x.flip(1);
        Tensor mean = tensor(rule.Mean.ToArray(), device: x.device).view(1, 3, 1, 1);
        Tensor deviation = tensor(rule.Deviation.ToArray(), device: x.device).view(1, 3, 1, 1);
        return ((x - mean) / deviation).MoveToOuterDisposeScope();
    }

    /// <summary>The map after conv4 and the map after conv5.</summary>
    /// <param name="input">N×3×H×W, normalised.</param>
    /// <returns>N×1024×h×w with h, w = side / <see cref="ModelLayout.LocalStride"/>, and N×2048×h'×w' at 1/32; both in
    /// <see cref="ComputeType"/>.</returns>
    public (Tensor Shallow, Tensor Deep) Trunk(Tensor input)
    {
        Tensor shallow = Shallow(input);
        return (shallow, _trunk.Deep(shallow));
    }

    /// <summary>The map after conv4 alone, for scales at which only local features are wanted.</summary>
    /// <inheritdoc cref="Trunk" path="/param"/>
    public Tensor Shallow(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = input.to_type(ComputeType);
        return _trunk.Shallow(_isPlain ? x : ChannelsLast.Of(x)).MoveToOuterDisposeScope();
    }

    /// <summary>The map after conv5, from the map after conv4.</summary>
    public Tensor Deep(Tensor shallow) => _trunk.Deep(shallow);

    /// <summary>GeM over the deep map: N×2048 float32, before whitening.</summary>
    public Tensor Pool(Tensor deep) => _global.Pool(deep);

    /// <summary>The embedding layer: N×2048 pooled features to N×<see cref="ModelLayout.GlobalDimension"/>.</summary>
    public Tensor Whiten(Tensor pooled) => _global.Whiten(pooled);

    /// <summary>The global descriptor, whitening(GeM(deep)): N×<see cref="ModelLayout.GlobalDimension"/> float32, not normalised.</summary>
    public Tensor Global(Tensor deep)
    {
        using Tensor pooled = Pool(deep);
        return Whiten(pooled);
    }

    /// <summary>The attention score of each position of the shallow map: N×1×h×w float32, 0 or more, unbounded.</summary>
    public Tensor Attention(Tensor shallow) => _local.Attention(shallow);

    /// <summary>Local descriptors of a shallow map, or of gathered positions as N×1024×K×1: float32, not normalised.</summary>
    public Tensor Encode(Tensor shallow) => _local.Encode(shallow);

    /// <summary>The shallow map as reconstructed from its descriptors (ReLU at the end); needed in training only.</summary>
    /// <exception cref="InvalidOperationException">The layout has no autoencoder.</exception>
    public Tensor Decode(Tensor code) => _local.Decode(code);

    /// <summary>
    /// Makes the network ready for inference in one type: batch normalisation is folded into the convolutions once instead of at
    /// each pass, ReLUs and residual sums are made part of them where torch can, and activations lie channels last. Call it again after
    /// weights change; <see cref="Unfold"/> undoes it. Until then no gradients flow.
    /// </summary>
    /// <param name="computeType"><see cref="ComputeType"/> from now on.</param>
    /// <param name="plain">Only fold: one operation after another in torch's default layout, as what the rest is measured against.</param>
    public void FoldForInference(ScalarType computeType, bool plain = false)
    {
        ComputeType = computeType;
        _isPlain = plain;
        foreach (NormalizedConvolution convolution in Convolutions) convolution.KeepFolded(computeType, plain);
    }

    /// <summary>Forgets what <see cref="FoldForInference"/> kept, so that the network follows its weights again.</summary>
    public void Unfold()
    {
        _isPlain = false;
        foreach (NormalizedConvolution convolution in Convolutions) convolution.Discard();
    }

    private IEnumerable<NormalizedConvolution> Convolutions => [.. _trunk.Convolutions, .. _local.Convolutions];

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Unfold();
        base.Dispose(disposing);
    }
}
