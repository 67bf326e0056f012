using Delg.Model.Network;
using Delg.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Weights;

public sealed class DelgWeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-weights-").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    private string File1 => Path.Combine(_folder, "1.safetensors");

    private string File2 => Path.Combine(_folder, "2.safetensors");

    [Fact]
    public void Save_Float32_LoadsTheSameWeightsManifestAndIdentity()
    {
        using DelgNetwork network = SmallModel.Network();
        ModelManifest manifest = SmallModel.Manifest with
        {
            AttentionThreshold = 1.25f,
            Source = "random",
            Licence = "Apache-2.0",
            Verification = new Dictionary<string, double> { ["fusion_weight"] = 0.5 },
        };

        ModelId id = DelgWeights.Save(File1, network, manifest, WeightStorage.Float32);
        using DelgModel model = DelgWeights.Load(File1);

        Assert.Equal(id, model.Id);
        Assert.Equal(manifest.ToJson(), model.Manifest.ToJson());
        Assert.Equal(SmallModel.Layout, model.Manifest.Layout);
        Assert.True(ModelId.TryParse(id.ToString(), out ModelId? parsed));
        Assert.Equal(id, parsed);
        AssertErrorAtMost(network, model.Network, (_, _) => 0);
    }

    [Fact]
    public void Copy_OtherManifest_KeepsTheTensorsAndGetsAnotherIdentity()
    {
        using DelgNetwork network = SmallModel.Network();
        ModelId id = DelgWeights.Save(File1, network, SmallModel.Manifest, WeightStorage.Int8);

        ModelId copy = DelgWeights.Copy(File1, File2, manifest => manifest with
        {
            Verification = new Dictionary<string, double> { [ModelManifest.FusionWeightName] = 0.25, [ModelManifest.FusionCapName] = 30 },
        });
        ModelId same = DelgWeights.Copy(File1, File1, manifest => manifest);

        using DelgModel model = DelgWeights.Load(File2), before = DelgWeights.Load(File1);
        Assert.Equal((copy, id), (model.Id, same));
        Assert.NotEqual(id, copy);
        Assert.Equal((0.25, 30), model.Manifest.Fusion);
        Assert.Null(before.Manifest.Fusion);
        AssertErrorAtMost(before.Network, model.Network, (_, _) => 0);
    }

    [Theory]
    [InlineData(ModelManifest.FusionWeightName, -0.5)]
    [InlineData(ModelManifest.FusionCapName, 0)]
    [InlineData(ModelManifest.FusionCapName, 1.5)]
    [InlineData(ModelManifest.FusionCapName, 1e9)]
    public void Validate_FusionOutOfRange_NamesIt(string name, double value)
    {
        ModelManifest manifest = SmallModel.Manifest with { Verification = new Dictionary<string, double> { [name] = value } };

        Assert.Contains($"verification.{name}", Assert.Throws<WeightsFormatException>(manifest.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_SameWeightsTwice_GivesTheSameIdentityAndOthersAnother()
    {
        using DelgNetwork network = SmallModel.Network(1), other = SmallModel.Network(2);

        ModelId first = DelgWeights.Save(File1, network, SmallModel.Manifest, WeightStorage.Int8);
        ModelId again = DelgWeights.Save(File2, network, SmallModel.Manifest, WeightStorage.Int8);
        ModelId different = DelgWeights.Save(File2, other, SmallModel.Manifest, WeightStorage.Int8);

        Assert.Equal(first, again);
        Assert.NotEqual(first, different);
    }

    [Fact]
    public void Save_Float16_RoundsWeightsAndKeepsVectors()
    {
        using DelgNetwork network = SmallModel.Network();

        DelgWeights.Save(File1, network, SmallModel.Manifest, WeightStorage.Float16);
        using DelgModel model = DelgWeights.Load(File1);

        AssertErrorAtMost(network, model.Network, (tensor, index) => tensor.dim() < 2 ? 0 : Math.Abs(At(tensor, index)) / 2048 + 1e-7);
    }

    [Fact]
    public void Save_Int8_ErrsByAtMostHalfAChannelsStepAndKeepsVectors()
    {
        using DelgNetwork network = SmallModel.Network();
        using (no_grad())
            network.state_dict()["trunk.conv1.weight"][0].zero_();

        DelgWeights.Save(File1, network, SmallModel.Manifest, WeightStorage.Int8);
        using DelgModel model = DelgWeights.Load(File1);

        AssertErrorAtMost(network, model.Network, (tensor, index) =>
        {
            if (tensor.dim() < 2)
                return 0;
            long channel = index / (tensor.numel() / tensor.shape[0]);
            return tensor[channel].abs().max().item<float>() / 127 / 2 * 1.0001;
        });
        Assert.True(new FileInfo(File1).Length < network.state_dict().Values.Sum(t => t.numel() * 4) * 0.6);
    }

    [Fact]
    public void Load_MissingTensor_NamesIt() => AssertLoadFails(
        tensors => tensors.Remove("global.whitening.bias"), "global.whitening.bias");

    [Fact]
    public void Load_TensorLeftOver_NamesIt() => AssertLoadFails(
        tensors => tensors["surplus"] = new StoredTensor("surplus", ElementType.U8, [1], new byte[1]), "surplus");

    [Fact]
    public void Load_OtherShape_NamesTensorAndShapes() => AssertLoadFails(
        tensors => tensors["trunk.bn1.bias"] = new StoredTensor("trunk.bn1.bias", ElementType.F32, [3], new byte[12]), "trunk.bn1.bias\" has the shape [3]");

    [Fact]
    public void Load_NotFinite_NamesTensor() => AssertLoadFails(
        tensors => tensors["trunk.bn1.bias"] = new StoredTensor("trunk.bn1.bias", ElementType.F32, [4], Enumerable.Repeat((byte)255, 16).ToArray()), "trunk.bn1.bias");

    [Fact]
    public void Load_LayoutOfGigabytesInASmallFile_IsRefusedBeforeMemoryIsTaken()
    {
        using (DelgNetwork network = SmallModel.Network())
            DelgWeights.Save(File1, network, SmallModel.Manifest, WeightStorage.Float32);
        SafetensorsFile sound = SafetensorsFile.Read(File1);
        ModelManifest manifest = SmallModel.Manifest with { Layout = SmallModel.Layout with { Width = 1024, Units = new StageUnits(256, 256, 256, 256) } };
        new SafetensorsFile(sound.Tensors.Values, new Dictionary<string, string> { [ModelManifest.MetadataKey] = manifest.ToJson() }).Write(File2);

        var error = Assert.Throws<WeightsFormatException>(() => DelgWeights.Load(File2));

        Assert.Contains("trunk.conv1.weight", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EightBitsWithoutScale_NamesTheScale() => AssertLoadFails(
        tensors => tensors["global.whitening.weight"] = new StoredTensor("global.whitening.weight", ElementType.I8, [24, 128], new byte[24 * 128]),
        "global.whitening.weight.scale");

    [Fact]
    public void Load_WithoutManifest_SaysThatTheseAreNotDelgWeights()
    {
        new SafetensorsFile([], new Dictionary<string, string>()).Write(File1);

        var error = Assert.Throws<WeightsFormatException>(() => DelgWeights.Load(File1));

        Assert.Contains(ModelManifest.MetadataKey, error.Message, StringComparison.Ordinal);
        Assert.Contains(File1, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_SeveralMistakes_NamesThemAll()
    {
        ModelManifest manifest = SmallModel.Manifest with
        {
            Name = "a b",
            FormatVersion = 2,
            Scales = [1, 0],
            GlobalScaleIndices = [5],
            AttentionThreshold = float.NaN,
            MaxImageSizePixels = 5,
            Layout = SmallModel.Layout with { Width = 0 },
        };

        string message = Assert.Throws<WeightsFormatException>(manifest.Validate).Message;

        Assert.All(
            ["name", "format_version", "scales", "global_scale_indices", "attention_threshold", "max_image_size_pixels", "Width"],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"name":"a","layout":{},"surprise":1}""")]
    [InlineData("""{"name":"a","layout":{"stride":"Sideways"}}""")]
    public void FromJson_NotAManifest_Throws(string json) =>
        Assert.Throws<WeightsFormatException>(() => ModelManifest.FromJson(json));

    [Fact]
    public void FromTorchvision_OwnTrunkUnderTheirNames_CopiesItAndLeavesTheHeads()
    {
        using DelgNetwork source = SmallModel.Network(1), target = SmallModel.Network(2), before = SmallModel.Network(2);
        SafetensorsFile file = Torchvision(source, skip: null);

        TrunkImportReport report = TrunkImport.FromTorchvision(target, file);

        Assert.Equal(["bn1.num_batches_tracked", "fc.weight"], report.Unused);
        Assert.Contains("layer1.0.downsample.1.running_var", report.Used);
        foreach ((string name, Tensor tensor) in target.state_dict())
            Assert.True(tensor.allclose((name.StartsWith("trunk.", StringComparison.Ordinal) ? source : before).state_dict()[name], rtol: 0, atol: 0), name);
    }

    [Fact]
    public void FromTorchvision_TensorMissing_NamesItAndChangesNothing()
    {
        using DelgNetwork source = SmallModel.Network(1), target = SmallModel.Network(2), before = SmallModel.Network(2);

        var error = Assert.Throws<WeightsFormatException>(() => TrunkImport.FromTorchvision(target, Torchvision(source, skip: "layer4.0.conv3.weight")));

        Assert.Contains("layer4.0.conv3.weight", error.Message, StringComparison.Ordinal);
        AssertErrorAtMost(before, target, (_, _) => 0);
    }

    [Fact]
    public void Resolve_FileNamedThatIsNotThere_SaysWhoNamedIt()
    {
        var error = Assert.Throws<FileNotFoundException>(() => WeightsLocation.Resolve(Path.Combine(_folder, "none")));

        Assert.Contains("option", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void AssertLoadFails(Action<Dictionary<string, StoredTensor>> damage, string expected)
    {
        using (DelgNetwork network = SmallModel.Network())
            DelgWeights.Save(File1, network, SmallModel.Manifest, WeightStorage.Float32);
        SafetensorsFile sound = SafetensorsFile.Read(File1);
        Dictionary<string, StoredTensor> tensors = sound.Tensors.ToDictionary();
        damage(tensors);
        new SafetensorsFile(tensors.Values, sound.Metadata).Write(File2);

        var error = Assert.Throws<WeightsFormatException>(() => DelgWeights.Load(File2));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static SafetensorsFile Torchvision(DelgNetwork network, string? skip)
    {
        IEnumerable<StoredTensor> trunk = network.state_dict()
            .Where(t => t.Key.StartsWith("trunk.", StringComparison.Ordinal) && t.Key != "trunk." + skip)
            .Select(t => TensorCodec.Store(t.Key["trunk.".Length..], t.Value, ElementType.F32));
        StoredTensor[] others =
        [
            new("bn1.num_batches_tracked", ElementType.I64, [], new byte[8]),
            new("fc.weight", ElementType.F32, [1, 1], new byte[4]),
        ];
        return new SafetensorsFile([.. trunk, .. others], new Dictionary<string, string>());
    }

    private static void AssertErrorAtMost(DelgNetwork expected, DelgNetwork actual, Func<Tensor, long, double> limit)
    {
        Dictionary<string, Tensor> state = actual.state_dict();
        foreach ((string name, Tensor tensor) in expected.state_dict())
        {
            float[] want = tensor.detach().data<float>().ToArray(), got = state[name].detach().data<float>().ToArray();
            for (int i = 0; i < want.Length; i += Math.Max(1, want.Length / 50))
                Assert.True(Math.Abs(want[i] - got[i]) <= limit(tensor, i), $"{name}[{i}]: {got[i]} instead of {want[i]}");
        }
    }

    private static double At(Tensor tensor, long index) => tensor.reshape(-1)[index].item<float>();
}
