using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Model.Weights;

/// <summary>Networks to files and back. A file holds the state dictionary and, as metadata, the <see cref="ModelManifest"/>.</summary>
public static class DelgWeights
{
    // Beside an 8-bit tensor lies its scales, under its name and this.
    private const string ScaleSuffix = ".scale";

    /// <summary>Reads the manifest and makes the network it describes, with the file's weights.</summary>
    /// <exception cref="WeightsFormatException">The file is damaged, no manifest is in it, or tensors are missing, left over,
    /// of another shape, or not finite.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DelgModel Load(string path)
    {
        byte[] bytes = SafetensorsFile.ReadBytes(path);
        try
        {
            (ModelManifest manifest, DelgNetwork network) = Build(SafetensorsFile.Parse(bytes));
            return new DelgModel(ModelId.Of(manifest.Name, bytes), manifest, network);
        }
        catch (WeightsFormatException e)
        {
            throw new WeightsFormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Writes a network with its manifest. The same weights give the same bytes, hence the same identity.</summary>
    /// <returns>The identity of the file that was written.</returns>
    /// <exception cref="WeightsFormatException">The manifest is not valid or not the network's, or a weight does not fit the storage.</exception>
    public static ModelId Save(string path, DelgNetwork network, ModelManifest manifest, WeightStorage storage)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(manifest);
        manifest.Validate();
        if (manifest.Layout != network.Layout)
            throw new WeightsFormatException("The manifest's layout is not the network's.");
        using IDisposable gradients = no_grad();
        IEnumerable<StoredTensor> tensors = network.state_dict().SelectMany(entry => Store(entry.Key, entry.Value, storage));
        var metadata = new Dictionary<string, string> { [ModelManifest.MetadataKey] = manifest.ToJson() };
        new SafetensorsFile(tensors, metadata).Write(path);
        return ModelId.Of(manifest.Name, SafetensorsFile.ReadBytes(path));
    }

    /// <summary>Writes a copy of a weights file with another manifest; the tensors stay as they are, byte for byte.</summary>
    /// <param name="path">The file.</param>
    /// <param name="copyPath">Where the copy goes.</param>
    /// <param name="change">Gets the file's manifest and returns the copy's, of the same layout.</param>
    /// <returns>The identity of the copy: another one, unless nothing was changed.</returns>
    /// <exception cref="WeightsFormatException">The file is not sound, or the new manifest is not valid or not the network's.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static ModelId Copy(string path, string copyPath, Func<ModelManifest, ModelManifest> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        SafetensorsFile file = SafetensorsFile.Read(path);
        ModelManifest before = ManifestOf(file);
        RequireFit(before.Layout, file);
        ModelManifest after = change(before);
        after.Validate();
        if (after.Layout != before.Layout)
            throw new WeightsFormatException("The manifest's layout is not the network's.");
        var metadata = new Dictionary<string, string>(file.Metadata) { [ModelManifest.MetadataKey] = after.ToJson() };
        new SafetensorsFile(file.Tensors.Values, metadata).Write(copyPath);
        return ModelId.Of(after.Name, SafetensorsFile.ReadBytes(copyPath));
    }

    /// <summary>Makes the network that a file's manifest describes, with the file's weights.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    internal static (ModelManifest Manifest, DelgNetwork Network) Build(SafetensorsFile file)
    {
        ModelManifest manifest = ManifestOf(file);
        RequireFit(manifest.Layout, file);
        var network = new DelgNetwork(manifest.Layout);
        try
        {
            Fill(network, file);
        }
        catch
        {
            network.Dispose();
            throw;
        }
        return (manifest, network);
    }

    private static ModelManifest ManifestOf(SafetensorsFile file) =>
        file.Metadata.TryGetValue(ModelManifest.MetadataKey, out string? json)
            ? ModelManifest.FromJson(json)
            : throw new WeightsFormatException($"The metadata has no \"{ModelManifest.MetadataKey}\": these are not DELG weights. `delg import` makes them from others.");

    private static IEnumerable<StoredTensor> Store(string name, Tensor tensor, WeightStorage storage)
    {
        using var scope = NewDisposeScope();
        if (!TensorCodec.IsFinite(tensor))
            throw new WeightsFormatException($"Tensor \"{name}\" has values that are not finite.");
        if (tensor.dim() < 2 || storage == WeightStorage.Float32)
            return [TensorCodec.Store(name, tensor, ElementType.F32)];
        if (storage == WeightStorage.Float16)
            return [TensorCodec.Store(name, tensor, ElementType.F16)];
        (Tensor values, Tensor scales) = ChannelQuantization.Quantize(tensor);
        return [TensorCodec.Store(name, values, ElementType.I8), TensorCodec.Store(name + ScaleSuffix, scales, ElementType.F32)];
    }

    private static void Fill(DelgNetwork network, SafetensorsFile file)
    {
        using var scope = NewDisposeScope();
        using IDisposable gradients = no_grad();
        foreach ((string name, Tensor target) in network.state_dict())
        {
            StoredTensor stored = file.Tensors[name];
            Tensor value = TensorCodec.ToFloat32(stored);
            if (stored.Type == ElementType.I8)
                value = ChannelQuantization.Dequantize(name, value, TensorCodec.ToFloat32(file.Tensors[name + ScaleSuffix]));
            target.copy_(value);
        }
    }

    /// <summary>Holds the file against its layout before a network of that layout is made: a layout is a few bytes that ask for gigabytes.</summary>
    private static void RequireFit(ModelLayout layout, SafetensorsFile file)
    {
        HashSet<string> unread = [.. file.Tensors.Keys];
        List<string> missing = [];
        foreach ((string name, long[] shape) in StateShapes.Of(layout))
        {
            if (!unread.Remove(name))
            {
                missing.Add(name);
                continue;
            }
            StoredTensor stored = file.Tensors[name];
            if (!stored.Shape.SequenceEqual(shape))
                throw new WeightsFormatException($"Tensor \"{name}\" has the shape {stored.ShapeText}, the layout wants [{string.Join(", ", shape)}].");
            if (stored.Type == ElementType.I8 && !unread.Remove(name + ScaleSuffix))
                missing.Add(name + ScaleSuffix);
        }
        if (missing.Count > 0)
            throw new WeightsFormatException($"{missing.Count} tensors are missing: {Sample(missing)}.");
        if (unread.Count > 0)
            throw new WeightsFormatException($"{unread.Count} tensors belong to no part of the network: {Sample(unread.Order(StringComparer.Ordinal))}.");
    }

    private static string Sample(IEnumerable<string> names)
    {
        const int Shown = 5;
        string[] some = [.. names.Take(Shown + 1)];
        return string.Join(", ", some.Take(Shown)) + (some.Length > Shown ? ", …" : "");
    }
}
