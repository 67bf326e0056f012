using System.Text.Json;
using Delg.Model.Network;
using Delg.Model.Weights.Import.Layouts;
using static TorchSharp.torch;

namespace Delg.Model.Weights.Import;

/// <summary>
/// Makes our weights of others': recognises whose names they are, carries the tensors over, and writes a file with a manifest. Nothing
/// is written unless everything fits.
/// </summary>
public static class WeightsImport
{
    /// <summary>Imports a checkpoint.</summary>
    /// <param name="checkpoint">The opened checkpoint.</param>
    /// <param name="path">Where it was opened, for the manifest's source and the published threshold.</param>
    /// <param name="output">The safetensors file to write: weights, or, of a classifier's trunk alone, what training begins with.</param>
    /// <param name="options">What the checkpoint does not tell.</param>
    /// <exception cref="WeightsFormatException">The names are of no known family, a tensor is missing, damaged, of another shape or not
    /// finite, or an option does not fit; no file is written.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static ImportReport Run(Checkpoint checkpoint, string path, string output, ImportOptions options)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(options);
        if (checkpoint is SafetensorsCheckpoint { File: var file } && file.Metadata.ContainsKey(ModelManifest.MetadataKey))
            return CopyOwn(checkpoint, file, output, options);
        ModelLayout? conventions = options.Conventions ?? (checkpoint is SafetensorsCheckpoint own ? TrunkImport.LayoutOf(own.File) : null);
        NetworkMapping mapping = WithStride(Recognize(checkpoint, conventions), options.LocalStridePixels);
        var filling = new NetworkFilling(checkpoint, mapping);
        return mapping.IsTrunkOnly ? WriteTrunk(checkpoint, filling, mapping, output) : WriteModel(checkpoint, filling, mapping, path, output, options);
    }

    private static NetworkMapping Recognize(Checkpoint checkpoint, ModelLayout? conventions) =>
        OwnNames.Recognize(checkpoint, conventions)
        ?? SlimNames.Recognize(checkpoint, conventions)
        ?? KerasNames.Recognize(checkpoint, conventions)
        ?? FeymanprivNames.Recognize(checkpoint, conventions)
        ?? TorchvisionNames.Recognize(checkpoint, conventions ?? ModelLayout.Torchvision)
        ?? throw new WeightsFormatException(
            $"None of the {checkpoint.Tensors.Count} tensors has a name that a known network has; nothing was imported. The first are "
            + $"{string.Join(", ", checkpoint.Tensors.Keys.Order(StringComparer.Ordinal).Take(5))}.");

    private static NetworkMapping WithStride(NetworkMapping mapping, int? pixels)
    {
        if (pixels is null || pixels == mapping.Layout.LocalStride)
            return mapping;
        ModelLayout layout = mapping.Layout with { SubsampleConv4 = pixels == 32 };
        return layout.LocalStride == pixels
            ? mapping with { Layout = layout }
            : throw new WeightsFormatException($"Local features of {mapping.Family} cannot be {pixels} pixels apart; they are {mapping.Layout.LocalStride}. Nothing was imported.");
    }

    private static ImportReport WriteModel(
        Checkpoint checkpoint, NetworkFilling filling, NetworkMapping mapping, string path, string output, ImportOptions options)
    {
        List<string> remarks = [];
        float? published = PublishedThreshold.Of(Path.GetFullPath(path));
        if (options.AttentionThreshold is null)
        {
            remarks.Add(published is null
                ? "No attention threshold is known for these weights: it is 0, and the highest scores are kept whatever they are."
                : "The attention threshold is the published one of the model that the folder is named after.");
        }
        var manifest = new ModelManifest
        {
            Name = options.Name,
            Layout = mapping.Layout,
            AttentionThreshold = options.AttentionThreshold ?? published ?? 0,
            Source = options.Source ?? $"{mapping.Family}, imported from {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))}",
            Licence = options.Licence ?? "",
        };
        manifest.Validate();
        using var network = new DelgNetwork(mapping.Layout);
        filling.CopyTo(network);
        ModelId id = DelgWeights.Save(output, network, manifest, options.Storage);
        return Report(checkpoint, filling, mapping) with { ModelId = id, Manifest = manifest, Remarks = remarks };
    }

    /// <summary>Writes torchvision's names, and the layout as metadata: what <see cref="TrunkImport"/> reads.</summary>
    private static ImportReport WriteTrunk(Checkpoint checkpoint, NetworkFilling filling, NetworkMapping mapping, string output)
    {
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, string> names = TorchvisionNames.Map(mapping.Layout, prefix: "").Sources;
        Dictionary<string, long[]> shapes = StateShapes.Trunk(mapping.Layout).ToDictionary(StringComparer.Ordinal);
        StoredTensor[] tensors = [.. filling.Used.Select(t => TensorCodec.Store(names[t.Ours], filling.Read(t.Theirs, shapes[t.Ours]), ElementType.F32))];
        var metadata = new Dictionary<string, string> { [TrunkImport.LayoutKey] = JsonSerializer.Serialize(mapping.Layout) };
        new SafetensorsFile(tensors, metadata).Write(output);
        return Report(checkpoint, filling, mapping) with { Remarks = ["Only a trunk is there: `delg train --init` begins with it; nothing can be searched with it."] };
    }

    private static ImportReport CopyOwn(Checkpoint checkpoint, SafetensorsFile file, string output, ImportOptions options)
    {
        if (options.Conventions is not null || options.LocalStridePixels is not null)
            throw new WeightsFormatException("These weights have a manifest, which tells their layout; nothing was imported.");
        (ModelManifest manifest, DelgNetwork network) = DelgWeights.Build(file);
        using (network)
        {
            manifest = manifest with
            {
                Name = options.Name,
                AttentionThreshold = options.AttentionThreshold ?? manifest.AttentionThreshold,
                Source = options.Source ?? manifest.Source,
                Licence = options.Licence ?? manifest.Licence,
            };
            ModelId id = DelgWeights.Save(output, network, manifest, options.Storage);
            return new ImportReport
            {
                Format = checkpoint.Format,
                Family = "our own network",
                Layout = manifest.Layout,
                ModelId = id,
                Manifest = manifest,
                Used = [.. checkpoint.Tensors.Values.Select(t => new UsedTensor(t, t.Name))],
                Unused = [],
                Missing = [],
                Remarks = [],
            };
        }
    }

    private static ImportReport Report(Checkpoint checkpoint, NetworkFilling filling, NetworkMapping mapping)
    {
        UsedTensor[] used =
        [
            .. filling.Used.Select(t => new UsedTensor(t.Theirs, t.Ours)),
            .. mapping.ReadIntoLayout.Select(name => new UsedTensor(checkpoint.Tensors[name], null)),
        ];
        HashSet<string> names = [.. used.Select(u => u.Tensor.Name)];
        return new ImportReport
        {
            Format = checkpoint.Format,
            Family = mapping.Family,
            Layout = mapping.Layout,
            ModelId = null,
            Manifest = null,
            Used = [.. used.OrderBy(u => u.Tensor.Name, StringComparer.Ordinal)],
            Unused = [.. checkpoint.Tensors.Values.Where(t => !names.Contains(t.Name)).OrderBy(t => t.Name, StringComparer.Ordinal)],
            Missing = [.. filling.Absent.Order(StringComparer.Ordinal).Select(ours => new MissingTensor(ours, mapping.Optional[ours]))],
            Remarks = [],
        };
    }
}
