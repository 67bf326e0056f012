using System.Text.Json;
using Delg.Model.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Model.Network;

public sealed class DelgNetworkTests : IDisposable
{
    private static readonly ModelLayout _tiny = ModelLayout.ResNetV1 with
    {
        Units = new StageUnits(1, 2, 2, 1),
        Width = 4,
        GlobalDimension = 12,
        LocalDimension = 6,
        AttentionDimension = 8,
    };

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(StridePlacement.First1x1, false, 16)]
    [InlineData(StridePlacement.First3x3, false, 16)]
    [InlineData(StridePlacement.First3x3, true, 32)]
    [InlineData(StridePlacement.LastUnit, false, 32)]
    public void Trunk_OfAnyStridePlacement_HasMapsOfItsStride(StridePlacement placement, bool subsample, int stride)
    {
        ModelLayout layout = _tiny with { Stride = placement, SubsampleConv4 = subsample };
        using DelgNetwork network = Create(layout);
        (Tensor shallow, Tensor deep) = network.Trunk(randn(2, 3, 96, 128));
        Assert.Equal(stride, layout.LocalStride);
        Assert.Equal([2, 64, 96 / stride, 128 / stride], shallow.shape);
        Assert.Equal([2, 128, 3, 4], deep.shape);
    }

    [Theory]
    [InlineData(MaxPoolPadding.One, 96, 6)]
    [InlineData(MaxPoolPadding.TensorFlowSame, 96, 6)]
    [InlineData(MaxPoolPadding.TensorFlowSame, 97, 7)]
    [InlineData(MaxPoolPadding.None, 64, 4)]
    [InlineData(MaxPoolPadding.None, 66, 4)]
    [InlineData(MaxPoolPadding.One, 66, 5)]
    public void Trunk_OfAnyPoolPadding_RoundsItsSideAsThatFrameworkDoes(MaxPoolPadding padding, int side, int expected)
    {
        using DelgNetwork network = Create(_tiny with { MaxPoolPadding = padding });
        Assert.Equal([1, 64, expected, expected], network.Shallow(randn(1, 3, side, side)).shape);
    }

    [Theory]
    [InlineData(96, 7, 2, 2, 3)]
    [InlineData(97, 7, 2, 3, 3)]
    [InlineData(48, 3, 2, 0, 1)]
    [InlineData(49, 3, 2, 1, 1)]
    public void SamePadding_OfASide_IsTensorFlows(int side, int kernel, int stride, int before, int after) =>
        Assert.Equal((before, after), SamePadding.Of(side, kernel, stride));

    [Fact]
    public void Stem_WithTensorFlowPadding_SeesOnePixelLessBeforeTheFirst()
    {
        using DelgNetwork symmetric = Create(_tiny);
        using DelgNetwork same = Create(_tiny with { StemPadding = StemPadding.TensorFlowSame });
        same.load_state_dict(symmetric.state_dict());
        Tensor picture = zeros(1, 3, 64, 64);
        picture[0, .., 20..40, 20..40] = ones(1);
        // Two against three pixels of padding before the side: the same network one pixel along.
        Tensor shifted = zeros(1, 3, 64, 64);
        shifted[0, .., 21..41, 21..41] = ones(1);
        Assert.False(same.Shallow(picture).allclose(symmetric.Shallow(picture), 1e-4, 1e-4));
        Assert.True(same.Shallow(shifted)[.., .., 1..3, 1..3].allclose(symmetric.Shallow(picture)[.., .., 1..3, 1..3], 1e-3, 1e-3));
    }

    [Fact]
    public void StateDictionary_OfAResNet50_HasTheDocumentedNamesAndShapes()
    {
        using var network = new DelgNetwork(ModelLayout.ResNetV1);
        Dictionary<string, Tensor> state = network.state_dict();
        Assert.Equal([64, 3, 7, 7], state["trunk.conv1.weight"].shape);
        Assert.Equal([64], state["trunk.bn1.running_var"].shape);
        Assert.Equal([256, 1024, 1, 1], state["trunk.layer3.5.conv1.weight"].shape);
        Assert.Equal([512, 512, 3, 3], state["trunk.layer4.2.conv2.weight"].shape);
        Assert.Equal([2048, 1024, 1, 1], state["trunk.layer4.0.downsample.0.weight"].shape);
        Assert.Equal([2048], state["trunk.layer4.0.downsample.1.running_mean"].shape);
        Assert.Equal([2048, 2048], state["global.whitening.weight"].shape);
        Assert.Equal([512, 1024, 1, 1], state["local.attention.conv1.weight"].shape);
        Assert.Equal([512], state["local.attention.bn.weight"].shape);
        Assert.Equal([1, 512, 1, 1], state["local.attention.conv2.weight"].shape);
        Assert.Equal([128, 1024, 1, 1], state["local.autoencoder.encoder.weight"].shape);
        Assert.Equal([1024], state["local.autoencoder.decoder.bias"].shape);
        Assert.DoesNotContain("trunk.conv1.bias", state.Keys);
        // 53 convolutions with five tensors each, whitening, and the local head's four convolutions and one normalisation.
        Assert.Equal(53 * 5 + 2 + 4 * 2 + 4, state.Count);
    }

    [Fact]
    public void Trunk_WithStoredStatistics_EqualsConvolutionThenBatchNormalisation()
    {
        using DelgNetwork network = Create(_tiny with { ConvolutionBias = true });
        Dictionary<string, Tensor> state = network.state_dict();
        Tensor x = randn(1, 3, 64, 64);
        Tensor expected = Reference(x);
        Assert.True(network.Trunk(x).Deep.allclose(expected, 1e-3, 1e-4));

        Tensor Reference(Tensor input)
        {
            Tensor y = nn.functional.relu(Unit(input, "trunk.conv1", "trunk.bn1", 2, 3));
            y = nn.functional.max_pool2d(y, 3, stride: 2, padding: 1);
            int[] units = [1, 2, 2, 1];
            for (int stage = 1; stage <= 4; stage++)
            {
                for (int i = 0; i < units[stage - 1]; i++)
                {
                    string name = $"trunk.layer{stage}.{i}";
                    int stride = i == 0 && stage > 1 ? 2 : 1;
                    Tensor shortcut = i == 0 ? Unit(y, $"{name}.downsample.0", $"{name}.downsample.1", stride, 0) : y;
                    Tensor z = nn.functional.relu(Unit(y, $"{name}.conv1", $"{name}.bn1", stride, 0));
                    z = nn.functional.relu(Unit(z, $"{name}.conv2", $"{name}.bn2", 1, 1));
                    y = nn.functional.relu(Unit(z, $"{name}.conv3", $"{name}.bn3", 1, 0) + shortcut);
                }
            }
            return y;
        }

        Tensor Unit(Tensor input, string convolution, string normalization, int stride, int padding)
        {
            Tensor y = nn.functional.conv2d(input, state[convolution + ".weight"], state[convolution + ".bias"], strides: [stride, stride], padding: [padding, padding]);
            return nn.functional.batch_norm(
                y, state[normalization + ".running_mean"], state[normalization + ".running_var"],
                state[normalization + ".weight"], state[normalization + ".bias"], training: false, eps: 1e-5);
        }
    }

    [Fact]
    public void LastUnit_OnItsShortcut_KeepsEverySecondPixel()
    {
        ModelLayout layout = ModelLayout.TensorFlowSlim with { Width = 2 };
        using var unit = new BottleneckUnit(layout, 8, 2, stride: 2, project: false);
        // With the last normalisation at zero the branch vanishes, and the shortcut is all that is left.
        using (no_grad()) unit.state_dict()["bn3.weight"].zero_();
        Tensor x = rand(1, 8, 5, 6);
        Tensor y = unit.Forward(x);
        Assert.Equal([1, 8, 3, 3], y.shape);
        Assert.Equal(x[0, 3, 2, 4].item<float>(), y[0, 3, 1, 2].item<float>());
    }

    [Fact]
    public void FoldForInference_OfAnyLayout_ChangesNothingUntilWeightsDo()
    {
        using DelgNetwork network = Create(_tiny with { ConvolutionBias = true });
        using IDisposable noGradient = no_grad();
        Tensor x = randn(1, 3, 64, 64);
        Tensor before = network.Trunk(x).Deep;
        network.FoldForInference(ScalarType.Float32);
        Assert.True(network.Trunk(x).Deep.allclose(before, 1e-4, 1e-5));
        network.state_dict()["trunk.conv1.weight"].mul_(2);
        Assert.True(network.Trunk(x).Deep.allclose(before, 1e-4, 1e-5));
        network.Unfold();
        Assert.False(network.Trunk(x).Deep.allclose(before, 1e-2, 1e-3));
    }

    [Theory]
    [InlineData(StridePlacement.First1x1, false)]
    [InlineData(StridePlacement.First3x3, true)]
    [InlineData(StridePlacement.LastUnit, false)]
    public void FoldForInference_FusedAndPlain_GiveTheSameMaps(StridePlacement stride, bool subsample)
    {
        using DelgNetwork network = SmallModel.Network(layout: SmallModel.Layout with { Stride = stride, SubsampleConv4 = subsample });
        using IDisposable noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = rand(2, 3, 70, 90);
        network.FoldForInference(ScalarType.Float32, plain: true);
        (Tensor plainShallow, Tensor plainDeep) = network.Trunk(x);
        Tensor plainScores = network.Attention(plainShallow);

        network.FoldForInference(ScalarType.Float32);
        (Tensor shallow, Tensor deep) = network.Trunk(x);
        Tensor kept = shallow.clone();
        Tensor scores = network.Attention(shallow);
        network.Deep(shallow);

        Assert.True(shallow.allclose(plainShallow, 1e-4, 1e-5));
        Assert.True(deep.allclose(plainDeep, 1e-4, 1e-5));
        Assert.True(scores.allclose(plainScores, 1e-4, 1e-5));
        // What is written over is the network's own, never what it was given or has given away.
        Assert.True(shallow.equal(kept).all().item<bool>());
    }

    [Fact]
    public void Trunk_InBfloat16_StaysCloseToFloat32()
    {
        using DelgNetwork network = Create(_tiny);
        using IDisposable noGradient = no_grad();
        Tensor x = randn(1, 3, 96, 96);
        Tensor exact = network.Global(network.Trunk(x).Deep);
        network.ComputeType = ScalarType.BFloat16;
        (Tensor shallow, Tensor deep) = network.Trunk(x);
        Tensor rounded = network.Global(deep);
        Assert.Equal(ScalarType.BFloat16, shallow.dtype);
        Assert.Equal(ScalarType.Float32, rounded.dtype);
        Assert.True(nn.functional.cosine_similarity(exact, rounded, 1).item<float>() > 0.999f);
    }

    [Fact]
    public void Trunk_OfAPicture_PassesGradientsToItsFirstWeightsAndNormalisation()
    {
        using DelgNetwork network = Create(_tiny);
        network.ComputeType = ScalarType.BFloat16;
        network.Global(network.Trunk(randn(1, 3, 64, 64)).Deep).sum().backward();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters().Where(p => p.name.StartsWith("trunk.", StringComparison.Ordinal)))
            Assert.True(parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0, name);
    }

    [Fact]
    public void Network_MadeInsideADisposeScope_OutlivesIt()
    {
        DelgNetwork network;
        using (NewDisposeScope()) network = Create(_tiny);
        using (network) Assert.Equal([1, 128, 2, 2], network.Trunk(randn(1, 3, 64, 64)).Deep.shape);
    }

    [Fact]
    public void Pool_OfKnownActivations_IsTheGeneralisedMean()
    {
        using DelgNetwork network = Create(_tiny with { GemEpsilon = 1e-2f });
        Tensor deep = zeros(1, 128, 1, 2);
        deep[0, 0, 0, 0] = 1;
        deep[0, 0, 0, 1] = 2;
        Tensor pooled = network.Pool(deep);
        Assert.Equal(Math.Cbrt((1 + 8) / 2.0), pooled[0, 0].item<float>(), 1e-5);
        Assert.Equal(1e-2, pooled[0, 1].item<float>(), 1e-6);
    }

    [Fact]
    public void LocalHead_OfAShallowMap_ScoresAreNonNegativeAndCodesLinear()
    {
        using DelgNetwork network = Create(_tiny);
        using IDisposable noGradient = no_grad();
        Tensor shallow = rand(2, 64, 3, 4);
        Tensor scores = network.Attention(shallow);
        Assert.Equal([2, 1, 3, 4], scores.shape);
        Assert.True(scores.min().item<float>() >= 0);
        Tensor code = network.Encode(shallow);
        Assert.Equal([2, 6, 3, 4], code.shape);
        Assert.True(network.Encode(-shallow).allclose(-code, 1e-4, 1e-5));
        Tensor decoded = network.Decode(code);
        Assert.Equal(shallow.shape, decoded.shape);
        Assert.True(decoded.min().item<float>() >= 0);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Encode_WithTheAttentionsHiddenLayer_IsItBeforeTheReluInFloat32(ScalarType computeType)
    {
        using DelgNetwork network = Create(_tiny with { LocalDescriptor = LocalDescriptorSource.AttentionHidden, LocalDimension = 8 });
        using IDisposable noGradient = no_grad();
        Dictionary<string, Tensor> state = network.state_dict();
        Tensor shallow = rand(1, 64, 3, 4);
        Tensor hidden = nn.functional.conv2d(shallow, state["local.attention.conv1.weight"], state["local.attention.conv1.bias"]);
        Tensor expected = nn.functional.batch_norm(
            hidden, state["local.attention.bn.running_mean"], state["local.attention.bn.running_var"],
            state["local.attention.bn.weight"], state["local.attention.bn.bias"], training: false, eps: 1e-5);
        network.FoldForInference(computeType);
        Assert.True(expected.min().item<float>() < 0);
        Assert.True(network.Encode(shallow).allclose(expected, 1e-4, 1e-5));
        Assert.DoesNotContain(state.Keys, name => name.Contains("autoencoder", StringComparison.Ordinal));
        Assert.Throws<InvalidOperationException>(() => network.Decode(expected));
    }

    [Theory]
    [InlineData(false, LocalDescriptorSource.Autoencoder)]
    [InlineData(true, LocalDescriptorSource.AttentionHidden)]
    public void StateShapes_OfALayout_AreThoseOfItsNetwork(bool convolutionBias, LocalDescriptorSource source)
    {
        ModelLayout layout = _tiny with { Width = 3, ConvolutionBias = convolutionBias, LocalDescriptor = source, LocalDimension = 8 };
        using DelgNetwork network = Create(layout);
        Assert.Equal(
            network.state_dict().Select(t => $"{t.Key} {string.Join(",", t.Value.shape)}").Order(StringComparer.Ordinal),
            StateShapes.Of(layout).Select(t => $"{t.Key} {string.Join(",", t.Value)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Normalize_ForABgrNetwork_ReversesTheChannels()
    {
        using DelgNetwork network = Create(_tiny with { Normalization = InputNormalization.Pycls });
        Tensor rgb = zeros(1, 3, 1, 1, ScalarType.Byte);
        rgb[0, 0, 0, 0] = 255;
        Tensor normalized = network.Normalize(rgb);
        Assert.Equal((255 - 123.675f) / 57.375f, normalized[0, 2, 0, 0].item<float>(), 1e-5f);
        Assert.Equal(-103.53f / 57.375f, normalized[0, 0, 0, 0].item<float>(), 1e-5f);
    }

    [Fact]
    public void Layout_ThroughJson_ComesBackEqual()
    {
        foreach (ModelLayout layout in new[] { ModelLayout.Torchvision, ModelLayout.ResNetV1, ModelLayout.TensorFlowSlim, ModelLayout.Keras, ModelLayout.Feymanpriv })
            Assert.Equal(layout, JsonSerializer.Deserialize<ModelLayout>(JsonSerializer.Serialize(layout)));
    }

    [Fact]
    public void Layout_WithSeveralMistakes_NamesThemAll()
    {
        ModelLayout layout = _tiny with
        {
            Width = 0,
            BatchNormEpsilon = -1,
            Units = new StageUnits(1, 0, 1, 1),
            LocalDescriptor = LocalDescriptorSource.AttentionHidden,
        };
        ArgumentException error = Assert.Throws<ArgumentException>(() => new DelgNetwork(layout));
        Assert.Contains("Width", error.Message, StringComparison.Ordinal);
        Assert.Contains("BatchNormEpsilon", error.Message, StringComparison.Ordinal);
        Assert.Contains("Units.Conv3", error.Message, StringComparison.Ordinal);
        Assert.Contains("LocalDimension", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A network whose batch normalisations all do something, drawn from a fixed seed.</summary>
    private static DelgNetwork Create(ModelLayout layout)
    {
        manual_seed(7);
        var network = new DelgNetwork(layout);
        using (no_grad())
        {
            foreach ((string name, Tensor value) in network.state_dict())
            {
                if (name.EndsWith("running_mean", StringComparison.Ordinal)) value.normal_(0, 0.1);
                if (name.EndsWith("running_var", StringComparison.Ordinal)) value.uniform_(0.5, 2);
                if (name.Contains("bn", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal)) value.uniform_(0.5, 1.5);
                if (name.EndsWith(".bias", StringComparison.Ordinal) && !name.StartsWith("local.autoencoder", StringComparison.Ordinal)) value.normal_(0, 0.1);
            }
        }
        return network;
    }
}
