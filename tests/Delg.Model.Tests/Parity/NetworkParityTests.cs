using Delg.Imaging;
using Delg.Model.Network;
using Delg.Model.Weights;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Parity;

/// <summary>
/// Every activation of the network against PyTorch's, computed by <c>reference.py</c> from DELG's definition with the same weights, for
/// each flag of a layout.
/// </summary>
public sealed class NetworkParityTests(NetworkParityTests.Reference reference) : IClassFixture<NetworkParityTests.Reference>
{
    private static readonly ModelLayout _base = new()
    {
        Units = new StageUnits(2, 2, 3, 2),
        Width = 8,
        GlobalDimension = 24,
        LocalDimension = 8,
        AttentionDimension = 16,
    };

    private static readonly Dictionary<string, ModelLayout> _layouts = new()
    {
        ["stride in the first 1x1"] = _base with { Stride = StridePlacement.First1x1 },
        ["stride in the first 3x3"] = _base,
        ["stride in the last unit"] = _base with { Stride = StridePlacement.LastUnit },
        ["conv4 subsampled, first 1x1"] = _base with { Stride = StridePlacement.First1x1, SubsampleConv4 = true },
        ["conv4 subsampled, first 3x3"] = _base with { SubsampleConv4 = true },
        ["stem padded as TensorFlow does"] = _base with { StemPadding = StemPadding.TensorFlowSame },
        ["pool padded as TensorFlow does"] = _base with { MaxPoolPadding = MaxPoolPadding.TensorFlowSame },
        ["pool not padded"] = _base with { MaxPoolPadding = MaxPoolPadding.None },
        ["epsilon of Keras"] = _base with { BatchNormEpsilon = 1e-3f },
        ["convolutions with bias"] = _base with { ConvolutionBias = true },
        ["centred input"] = _base with { Normalization = InputNormalization.Centered },
        ["BGR input"] = _base with { Normalization = InputNormalization.Pycls },
        ["another pooling power"] = _base with { GemPower = 2.37f, GemEpsilon = 1e-3f },
        ["descriptors of the attention"] = _base with { LocalDescriptor = LocalDescriptorSource.AttentionHidden, LocalDimension = 16 },
        ["TF-slim"] = Small(ModelLayout.TensorFlowSlim),
        ["Keras"] = Small(ModelLayout.Keras),
        ["torchvision"] = Small(ModelLayout.Torchvision),
        ["ResNet v1"] = Small(ModelLayout.ResNetV1),
        ["feymanpriv"] = Small(ModelLayout.Feymanpriv) with { LocalDimension = 16, GemPower = 2.9f },
    };

    public static TheoryData<string> Layouts => [.. _layouts.Keys];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Activations_OfALayout_EqualPyTorchs(string layout)
    {
        PythonTorch.Require();
        using var scope = NewDisposeScope();
        using IDisposable gradients = no_grad();
        Dictionary<string, Tensor> expected = reference.Of(layout);
        using DelgNetwork network = SmallModel.Network(layout: _layouts[layout]);

        Agreement.AssertEqual("input", expected["input"], network.Normalize(ToTensor(Reference.Picture)));
        (Tensor shallow, Tensor deep) = network.Trunk(expected["input"]);
        Agreement.AssertEqual("shallow", expected["shallow"], shallow);
        Agreement.AssertEqual("deep", expected["deep"], deep);
        Agreement.AssertEqual("pooled", expected["pooled"], network.Pool(deep));
        Agreement.AssertEqual("global", expected["global"], network.Global(deep));
        Agreement.AssertEqual("attention", expected["attention"], network.Attention(shallow));
        Tensor code = network.Encode(shallow);
        Agreement.AssertEqual("code", expected["code"], code);
        Assert.Equal(_layouts[layout].LocalDescriptor == LocalDescriptorSource.Autoencoder, expected.ContainsKey("decoded"));
        if (expected.TryGetValue("decoded", out Tensor? decoded))
            Agreement.AssertEqual("decoded", decoded, network.Decode(code));
    }

    private static ModelLayout Small(ModelLayout layout) => layout with
    {
        Units = _base.Units,
        Width = _base.Width,
        GlobalDimension = _base.GlobalDimension,
        LocalDimension = _base.LocalDimension,
        AttentionDimension = _base.AttentionDimension,
    };

    private static Tensor ToTensor(RgbImage picture) =>
        tensor(picture.Pixels).view(1, picture.Height, picture.Width, RgbImage.Channels).permute(0, 3, 1, 2);

    /// <summary>All layouts in one run of Python.</summary>
    public sealed class Reference : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("delg-parity-").FullName;
        private readonly Lazy<Dictionary<string, ReferenceCase>> _cases;

        public Reference() => _cases = new(Compute);

        // One side even and one odd, before the stem and before the pool.
        internal static RgbImage Picture { get; } = DrawnNoise.Picture(132, 97, seed: 5);

        internal Dictionary<string, Tensor> Of(string layout) => _cases.Value[layout].Read();

        public void Dispose() => Directory.Delete(_folder, recursive: true);

        private Dictionary<string, ReferenceCase> Compute()
        {
            var cases = new Dictionary<string, ReferenceCase>();
            foreach ((string name, ModelLayout layout) in _layouts)
            {
                using DelgNetwork network = SmallModel.Network(layout: layout);
                cases[name] = new ReferenceCase(_folder, $"{cases.Count}").Write("activations", new ModelManifest { Name = "case", Layout = layout }, network, Picture);
            }
            PythonTorch.RunReference(_folder);
            return cases;
        }
    }
}
