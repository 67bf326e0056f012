using Delg.Model.Network;
using Delg.Model.Weights;
using Delg.Model.Weights.Import;
using Delg.Training.Initialization;

namespace Delg.Training.Tests.Initialization;

public sealed class StartingNetworkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-start-").FullName;

    private string Weights => Path.Combine(_folder, "w.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_ImportedTrunk_HasTheLayoutThatTheImportWrote()
    {
        ModelLayout layout = ModelLayout.Torchvision with { Width = 4, Normalization = InputNormalization.Pycls };
        using var network = new DelgNetwork(layout);
        IEnumerable<StoredTensor> trunk = network.state_dict().Where(t => t.Key.StartsWith("trunk.", StringComparison.Ordinal))
            .Select(t => new StoredTensor(t.Key["trunk.".Length..], ElementType.F32, t.Value.shape, t.Value.bytes.ToArray()));
        using (var checkpoint = new SafetensorsCheckpoint(new SafetensorsFile(trunk, new Dictionary<string, string>())))
            WeightsImport.Run(checkpoint, "theirs", Weights, new ImportOptions { Name = "trunk", Conventions = layout });

        (DelgNetwork start, ModelManifest manifest, bool hasHeads) = StartingNetwork.Open(Weights, "mine");

        using (start)
        {
            Assert.Equal(layout with { Units = StageUnits.ResNet50 }, start.Layout);
            Assert.Equal(start.Layout, manifest.Layout);
            Assert.False(hasHeads);
            Assert.True(start.state_dict()["trunk.layer4.2.bn3.weight"].allclose(network.state_dict()["trunk.layer4.2.bn3.weight"]));
        }
    }

    [Fact]
    public void Open_WeightsWithoutAutoencoder_SaysThatTrainingNeedsOne()
    {
        var layout = new ModelLayout
        {
            Units = new StageUnits(1, 1, 1, 1),
            Width = 2,
            GlobalDimension = 8,
            LocalDescriptor = LocalDescriptorSource.AttentionHidden,
            LocalDimension = 8,
            AttentionDimension = 8,
        };
        using (var network = new DelgNetwork(layout))
            DelgWeights.Save(Weights, network, new ModelManifest { Name = "w", Layout = layout }, WeightStorage.Float32);

        Assert.Contains("autoencoder", Assert.Throws<WeightsFormatException>(() => StartingNetwork.Open(Weights, "mine")).Message, StringComparison.Ordinal);
    }
}
