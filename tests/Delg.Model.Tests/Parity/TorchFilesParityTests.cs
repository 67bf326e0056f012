using Delg.Model.Network;
using Delg.Model.Weights;
using Delg.Model.Weights.Import;
using Delg.Model.Weights.Import.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Parity;

/// <summary>Files that PyTorch itself wrote, imported and held against what PyTorch has in them.</summary>
public sealed class TorchFilesParityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-parity-").FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    private string Output => Path.Combine(_folder, "imported.safetensors");

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Run_TorchvisionsResNet50_TrunkHasItsActivations()
    {
        PythonTorch.Require();
        using IDisposable gradients = no_grad();
        var manifest = new ModelManifest { Name = "case", Layout = ModelLayout.Torchvision };
        ReferenceCase written = new ReferenceCase(_folder, "resnet50").Write("torchvision", manifest, picture: DrawnNoise.Picture(97, 76, seed: 7));
        PythonTorch.RunReference(_folder);

        ImportReport report = Import(written.File(".pth"), new ImportOptions { Name = "trunk" });

        Assert.Equal(53 * 5, report.Used.Count);
        Assert.Equal(["fc.bias", "fc.weight"], report.Unused.Select(t => t.Name).Where(n => !n.EndsWith("num_batches_tracked", StringComparison.Ordinal)));
        Assert.Null(report.ModelId);
        SafetensorsFile trunk = SafetensorsFile.Read(Output);
        Assert.Equal(ModelLayout.Torchvision, TrunkImport.LayoutOf(trunk));
        using var network = new DelgNetwork(ModelLayout.Torchvision);
        TrunkImport.FromTorchvision(network, trunk);
        Dictionary<string, Tensor> expected = written.Read();
        (Tensor shallow, Tensor deep) = network.Trunk(expected["input"]);
        Agreement.AssertEqual("layer3", expected["shallow"], shallow);
        Agreement.AssertEqual("layer4", expected["deep"], deep);
    }

    [Theory]
    [InlineData(".pyth")]
    [InlineData(".legacy.pyth")]
    public void Run_FeymanprivsCheckpoint_HasItsWeightsAndPower(string suffix)
    {
        PythonTorch.Require();
        ModelLayout layout = Small(ModelLayout.Feymanpriv) with { GemPower = 2.75f };
        using DelgNetwork network = SmallModel.Network(layout: layout);
        ReferenceCase written = new ReferenceCase(_folder, "feymanpriv").Write("feymanpriv", new ModelManifest { Name = "case", Layout = layout }, network);
        PythonTorch.RunReference(_folder);

        ImportReport report = Import(written.File(suffix), new ImportOptions { Name = "theirs", AttentionThreshold = 3, Licence = "MIT" });

        using DelgModel model = DelgWeights.Load(Output);
        Assert.Equal(layout, model.Manifest.Layout);
        Assert.Equal(("theirs", 3, "MIT"), (model.Manifest.Name, model.Manifest.AttentionThreshold, model.Manifest.Licence));
        Assert.Equal(report.ModelId, model.Id);
        AssertSameWeights(network, model.Network);
        Assert.Contains(report.Used, u => u is { Tensor.Name: "model_state/globalmodel.head.pool.p", BecomesName: null });
        string[] unused = [.. report.Unused.Select(t => t.Name).Where(n => !n.EndsWith("num_batches_tracked", StringComparison.Ordinal))];
        Assert.Equal(["model_state/att_cls.fc.bias", "model_state/desc_cls.weight", "optimizer_state/state/0/momentum_buffer"], unused);
        Assert.Empty(report.Missing);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Run_OurNamesAsParametersAndTurnedViews_HasTheWeights(int protocol)
    {
        PythonTorch.Require();
        ModelLayout layout = Small(ModelLayout.ResNetV1);
        using DelgNetwork network = SmallModel.Network(layout: layout);
        ReferenceCase written = new ReferenceCase(_folder, "plain").Write("plain", new ModelManifest { Name = "case", Layout = layout }, network, protocol: protocol);
        PythonTorch.RunReference(_folder);

        ImportReport report = Import(written.File(".pth"), new ImportOptions { Name = "ours", Conventions = ModelLayout.ResNetV1 });

        using DelgModel model = DelgWeights.Load(Output);
        AssertSameWeights(network, model.Network);
        Assert.Empty(report.Unused);
    }

    private ImportReport Import(string path, ImportOptions options)
    {
        using Checkpoint checkpoint = TorchCheckpoint.OpenAny(path);
        return WeightsImport.Run(checkpoint, path, Output, options);
    }

    private static ModelLayout Small(ModelLayout layout) => layout with
    {
        Width = 4,
        GlobalDimension = 24,
        LocalDimension = layout.LocalDescriptor == LocalDescriptorSource.Autoencoder ? 8 : 16,
        AttentionDimension = 16,
    };

    private static void AssertSameWeights(DelgNetwork expected, DelgNetwork actual)
    {
        Dictionary<string, Tensor> state = actual.state_dict();
        Assert.Equal(expected.state_dict().Count, state.Count);
        foreach ((string name, Tensor tensor) in expected.state_dict())
            Assert.True(tensor.allclose(state[name], rtol: 0, atol: 0), name);
    }
}
