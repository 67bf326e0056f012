using System.Text.Json.Nodes;
using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.Model.Network;
using Delg.Model.Weights;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Parity;

/// <summary>One case for the reference: files that it reads, and the file that it writes.</summary>
/// <param name="Folder">Where the files lie.</param>
/// <param name="Name">What they are called.</param>
internal sealed record ReferenceCase(string Folder, string Name)
{
    /// <summary>A file of this case, such as one with the suffix <c>.pth</c> that the reference wrote.</summary>
    public string File(string suffix) => Path.Combine(Folder, Name + suffix);

    /// <summary>Writes what the reference needs; <paramref name="protocol"/> is the pickle's, where it writes one.</summary>
    public ReferenceCase Write(string kind, ModelManifest manifest, DelgNetwork? network = null, RgbImage? picture = null, QueryBox? box = null, int protocol = 2)
    {
        var json = new JsonObject { ["kind"] = kind, ["manifest"] = JsonNode.Parse(manifest.ToJson()), ["protocol"] = protocol };
        if (box is { } b)
            json["box"] = new JsonArray(b.Left, b.Top, b.Right, b.Bottom);
        System.IO.File.WriteAllText(File(".case.json"), json.ToJsonString());
        List<StoredTensor> tensors = network is null ? [] : [.. network.state_dict().Select(t => TensorCodec.Store(t.Key, t.Value, ElementType.F32))];
        if (picture is not null)
            tensors.Add(new StoredTensor("picture", ElementType.U8, [picture.Height, picture.Width, 3], picture.Pixels.ToArray()));
        new SafetensorsFile(tensors, new Dictionary<string, string>()).Write(File(".safetensors"));
        return this;
    }

    /// <summary>What the reference computed.</summary>
    public Dictionary<string, Tensor> Read() =>
        SafetensorsFile.Read(File(".out.safetensors")).Tensors.ToDictionary(t => t.Key, t => TensorCodec.ToFloat32(t.Value));
}
