using Delg.Model.Network;
using Delg.Model.Tests.Weights.Import.TensorFlow;
using Delg.Model.Weights;
using Delg.Model.Weights.Import;
using Delg.Model.Weights.Import.TensorFlow;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Weights.Import;

public sealed class WeightsImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-import-").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    private string Bundle => Path.Combine(_folder, "r101delg_gldv2clean_20200914");

    private string Output => Path.Combine(_folder, "out", "w.safetensors");

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ReleasedGraph_FindsTheTrunkByNameAndTheHeadsByShape(bool deeper)
    {
        ModelLayout layout = Small(ModelLayout.TensorFlowSlim) with { Units = deeper ? StageUnits.ResNet101 : StageUnits.ResNet50 };
        using DelgNetwork network = SmallModel.Network(layout: layout);

        ImportReport report = Import(ForeignBundles.Slim(network));

        using DelgModel model = DelgWeights.Load(Output);
        Assert.Equal(layout, model.Manifest.Layout);
        // The published threshold of the model that the folder is named after.
        Assert.Equal(357.48f, model.Manifest.AttentionThreshold);
        AssertSameWeights(network, model.Network, zero: ["local.attention.conv1.bias"]);
        Assert.Equal(["local.attention.conv1.bias"], report.Missing.Select(m => m.Name));
        Assert.Equal(
            ["attention_block/logits/weights", "global_step", "head_b/weights/Momentum", $"resnet_v1_{(deeper ? 101 : 50)}/conv1/weights/Momentum"],
            report.Unused.Select(t => t.Name));
        Assert.Equal(network.state_dict().Count - 1, report.Used.Count);
    }

    [Fact]
    public void Run_ReleasedGraphWithoutDecoder_SaysThatZerosStandForIt()
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.TensorFlowSlim));

        ImportReport report = Import(ForeignBundles.Slim(network, withDecoder: false, withTraining: false));

        string[] missing = ["local.attention.conv1.bias", "local.autoencoder.decoder.bias", "local.autoencoder.decoder.weight"];
        Assert.Equal(missing, report.Missing.Select(m => m.Name));
        using DelgModel model = DelgWeights.Load(Output);
        AssertSameWeights(network, model.Network, missing);
    }

    [Theory]
    [InlineData("")]
    [InlineData("_model/")]
    public void Run_KerasCheckpoint_HasItsWeightsAndLayout(string prefix)
    {
        ModelLayout layout = Small(ModelLayout.Keras);
        using DelgNetwork network = SmallModel.Network(layout: layout);

        ImportReport report = Import(ForeignBundles.Keras(network, prefix));

        using DelgModel model = DelgWeights.Load(Output);
        Assert.Equal(layout, model.Manifest.Layout);
        AssertSameWeights(network, model.Network, zero: []);
        Assert.Empty(report.Missing);
        Assert.Equal(["_CHECKPOINTABLE_OBJECT_GRAPH", $"{prefix}attn_classification/kernel/.ATTRIBUTES/VARIABLE_VALUE"], report.Unused.Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_KerasCheckpointWithAnotherStride_HasIt()
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.Keras));
        Import(ForeignBundles.Keras(network, ""), new ImportOptions { Name = "w", LocalStridePixels = 16 });
        using DelgModel model = DelgWeights.Load(Output);
        Assert.Equal(16, model.Manifest.Layout.LocalStride);
    }

    [Fact]
    public void Run_StrideThatTheLayoutCannotHave_SaysSo()
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.TensorFlowSlim));
        AssertRefused(ForeignBundles.Slim(network), "cannot be 16 pixels apart", new ImportOptions { Name = "w", LocalStridePixels = 16 });
    }

    [Theory]
    [InlineData("resnet_v1_50/block3/unit_6/bottleneck_v1/conv2/weights")]
    [InlineData("resnet_v1_50/block1/unit_1/bottleneck_v1/shortcut/BatchNorm/moving_variance")]
    [InlineData("head_a/biases")]
    [InlineData("attention_block/attention/compute/conv1/BatchNorm/gamma")]
    public void Run_TensorMissing_NamesItAndWritesNothing(string name)
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.TensorFlowSlim));
        // Which of ours it would be, for heads that have no published name.
        string named = name switch { "head_a/biases" => "global.whitening.bias", _ when name.EndsWith("gamma", StringComparison.Ordinal) => "local.attention.bn.weight", _ => name };
        AssertRefused(ForeignBundles.Slim(network).Without(name), $"{named} is missing");
    }

    [Theory]
    [InlineData("head_a/weights", "the whitening")]
    [InlineData("head_b/weights", "the encoder")]
    [InlineData("attention_block/attention/compute/conv2/weights", "the attention's second convolution")]
    [InlineData("attention_block/attention/compute/conv1/weights", "the attention's first convolution")]
    public void Run_HeadMissing_NamesItAndWritesNothing(string name, string head)
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.TensorFlowSlim));
        AssertRefused(ForeignBundles.Slim(network, withDecoder: false, withTraining: false).Without(name), head);
    }

    [Fact]
    public void Run_TwoVariablesForOneHead_NamesBoth()
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.TensorFlowSlim));
        BundleWriter writer = ForeignBundles.Slim(network);
        writer.Add("other/weights", [1, 1, 16, 1], new float[16]);
        AssertRefused(writer, "attention_block/attention/compute/conv2/weights, other/weights");
    }

    [Fact]
    public void Run_TensorNotFinite_NamesItAndWritesNothing()
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.Keras));
        using (no_grad())
            network.state_dict()["trunk.layer2.1.bn2.bias"].fill_(float.NaN);
        AssertRefused(ForeignBundles.Keras(network, ""), "backbone/l3b/bn2b/beta/.ATTRIBUTES/VARIABLE_VALUE");
    }

    [Fact]
    public void Run_WidthThatNoMemoryHolds_IsRefusedByItsShape()
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.Keras));
        BundleWriter writer = ForeignBundles.Keras(network, "").Without("backbone/conv1/kernel/.ATTRIBUTES/VARIABLE_VALUE");
        writer.Add("backbone/conv1/kernel/.ATTRIBUTES/VARIABLE_VALUE", [1, 1, 3, 1024], new float[3 * 1024]);
        AssertRefused(writer, "backbone/conv1/kernel/.ATTRIBUTES/VARIABLE_VALUE has the shape [1, 1, 3, 1024] instead of [7, 7, 3, 1024]");
    }

    [Fact]
    public void Run_NamesOfNoFamily_ShowsSome()
    {
        var writer = new BundleWriter();
        writer.Add("dense/kernel", [1], [1]);
        AssertRefused(writer, "dense/kernel");
    }

    [Fact]
    public void Run_NameThatNoModelMayHave_WritesNothing()
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.Keras));
        AssertRefused(ForeignBundles.Keras(network, ""), "name must be", new ImportOptions { Name = "a b" });
    }

    [Fact]
    public void Run_OurOwnFile_KeepsItsManifestAndTakesWhatIsSaid()
    {
        using DelgNetwork network = SmallModel.Network();
        string own = Path.Combine(_folder, "own.safetensors");
        DelgWeights.Save(own, network, SmallModel.Manifest with { Source = "drawn", AttentionThreshold = 2 }, WeightStorage.Int8);

        using var checkpoint = new SafetensorsCheckpoint(SafetensorsFile.Read(own));
        ImportReport report = WeightsImport.Run(checkpoint, own, Output, new ImportOptions { Name = "mine", Licence = "CC0-1.0", Storage = WeightStorage.Int8 });

        using DelgModel before = DelgWeights.Load(own), model = DelgWeights.Load(Output);
        Assert.Equal(("mine", "drawn", "CC0-1.0", 2), (model.Manifest.Name, model.Manifest.Source, model.Manifest.Licence, model.Manifest.AttentionThreshold));
        Assert.Equal(report.ModelId, model.Id);
        foreach ((string name, Tensor tensor) in before.Network.state_dict())
            Assert.True(tensor.allclose(model.Network.state_dict()[name], rtol: 1e-6, atol: 1e-7), name);
    }

    [Fact]
    public void Run_OurNamesWithoutManifest_AsksForTheLayout()
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.ResNetV1));
        var file = new SafetensorsFile(network.state_dict().Select(t => TensorCodec.Store(t.Key, t.Value, ElementType.F16)), new Dictionary<string, string>());
        using var checkpoint = new SafetensorsCheckpoint(file);

        string message = Assert.Throws<WeightsFormatException>(() => WeightsImport.Run(checkpoint, "w", Output, new ImportOptions { Name = "w" })).Message;
        WeightsImport.Run(checkpoint, "w", Output, new ImportOptions { Name = "w", Conventions = ModelLayout.ResNetV1 });

        Assert.Contains("--layout", message, StringComparison.Ordinal);
        using DelgModel model = DelgWeights.Load(Output);
        Assert.Equal(network.Layout, model.Manifest.Layout);
        foreach ((string name, Tensor tensor) in network.state_dict())
            Assert.True(tensor.allclose(model.Network.state_dict()[name], rtol: 1e-3, atol: 1e-6), name);
    }

    [Fact]
    public void Run_ClassifierUnderTorchvisionsNames_GivesATrunkThatRemembersItsLayout()
    {
        ModelLayout layout = Small(ModelLayout.ResNetV1) with { Units = StageUnits.ResNet101 };
        using DelgNetwork network = SmallModel.Network(layout: layout);
        IEnumerable<StoredTensor> trunk = network.state_dict()
            .Where(t => t.Key.StartsWith("trunk.", StringComparison.Ordinal))
            .Select(t => TensorCodec.Store(t.Key["trunk.".Length..], t.Value, ElementType.F32));
        using var checkpoint = new SafetensorsCheckpoint(new SafetensorsFile(trunk, new Dictionary<string, string>()));

        ImportReport report = WeightsImport.Run(checkpoint, "w", Output, new ImportOptions { Name = "w", Conventions = ModelLayout.ResNetV1 });

        Assert.Null(report.ModelId);
        SafetensorsFile written = SafetensorsFile.Read(Output);
        Assert.Equal(ModelLayout.ResNetV1 with { Units = StageUnits.ResNet101, Width = 4 }, TrunkImport.LayoutOf(written));
        using DelgNetwork other = SmallModel.Network(seed: 2, layout: layout);
        TrunkImport.FromTorchvision(other, written);
        Assert.True(other.state_dict()["trunk.layer3.22.conv3.weight"].allclose(network.state_dict()["trunk.layer3.22.conv3.weight"], rtol: 0, atol: 0));
        Assert.Throws<WeightsFormatException>(() => DelgWeights.Load(Output));
    }

    [Fact]
    public void Run_ClassifierWithoutItsLastUnit_IsNotTakenForASmallerOne()
    {
        using DelgNetwork network = SmallModel.Network(layout: Small(ModelLayout.ResNetV1));
        IEnumerable<StoredTensor> trunk = network.state_dict()
            .Where(t => t.Key.StartsWith("trunk.", StringComparison.Ordinal) && !t.Key.StartsWith("trunk.layer4.2.", StringComparison.Ordinal))
            .Select(t => TensorCodec.Store(t.Key["trunk.".Length..], t.Value, ElementType.F32));
        using var checkpoint = new SafetensorsCheckpoint(new SafetensorsFile(trunk, new Dictionary<string, string>()));

        var error = Assert.Throws<WeightsFormatException>(() => WeightsImport.Run(checkpoint, "w", Output, new ImportOptions { Name = "w" }));

        Assert.Contains("3, 4, 6 and 2 bottleneck units", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Output));
    }

    [Theory]
    [InlineData("/models/r50delg_gld_20200814", 175f)]
    [InlineData("/models/r101delg_gld_20200814/variables", 166.1f)]
    [InlineData("r50delg_gldv2clean_20200914", 454.6f)]
    [InlineData("/models/mine", null)]
    public void PublishedThreshold_OfAPath_IsThatOfItsModel(string path, float? expected) => Assert.Equal(expected, PublishedThreshold.Of(path));

    private static ModelLayout Small(ModelLayout layout) => layout with
    {
        Width = 4,
        GlobalDimension = 24,
        LocalDimension = 8,
        AttentionDimension = 16,
    };

    private ImportReport Import(BundleWriter writer, ImportOptions? options = null)
    {
        writer.Write(Path.Combine(Bundle, "variables", "variables"));
        using TensorBundle bundle = TensorBundle.Open(Bundle);
        return WeightsImport.Run(bundle, Bundle, Output, options ?? new ImportOptions { Name = "w" });
    }

    private void AssertRefused(BundleWriter writer, string expected, ImportOptions? options = null)
    {
        string message = Assert.Throws<WeightsFormatException>(() => Import(writer, options)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(Output)) && Directory.EnumerateFiles(Path.GetDirectoryName(Output)!).Any());
    }

    private static void AssertSameWeights(DelgNetwork expected, DelgNetwork actual, string[] zero)
    {
        Dictionary<string, Tensor> state = actual.state_dict();
        foreach ((string name, Tensor tensor) in expected.state_dict())
            Assert.True((zero.Contains(name) ? zeros_like(tensor) : tensor).allclose(state[name], rtol: 0, atol: 0), name);
    }
}
