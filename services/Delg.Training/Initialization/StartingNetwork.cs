using Delg.Model.Network;
using Delg.Model.Weights;

namespace Delg.Training.Initialization;

/// <summary>Opens the weights that a run begins with.</summary>
internal static class StartingNetwork
{
    /// <returns>The network, its manifest, and whether its heads come from the file.</returns>
    /// <exception cref="WeightsFormatException">The file is neither DELG weights with an autoencoder nor a ResNet trunk.</exception>
    public static (DelgNetwork Network, ModelManifest Manifest, bool HasHeads) Open(string path, string name)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        if (file.Metadata.ContainsKey(ModelManifest.MetadataKey))
        {
            DelgModel model = DelgWeights.Load(path);
            if (model.Network.Layout.LocalDescriptor != LocalDescriptorSource.Autoencoder)
            {
                model.Dispose();
                throw new WeightsFormatException($"{path}: these weights have no autoencoder, and training is that of a network with one.");
            }
            return (model.Network, model.Manifest with { Name = name }, true);
        }
        var network = new DelgNetwork(TrunkImport.LayoutOf(file) ?? ModelLayout.ResNetV1);
        try
        {
            TrunkImport.FromTorchvision(network, file);
        }
        catch
        {
            network.Dispose();
            throw;
        }
        return (network, new ModelManifest { Name = name, Layout = network.Layout }, false);
    }
}
