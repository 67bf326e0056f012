using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TorchSharp;

namespace Delg.Model.Network;

/// <summary>
/// A TorchScript module without weights, made from its source: the zip archive that <c>torch.jit.save</c> would write, put together in
/// memory. TorchSharp's own compiler of source reaches torch's common operators only; an archive may name any.
/// </summary>
internal static class TorchScriptModule
{
    /// <summary>The version of the archive's form: the oldest that has operators by overload, so that every later torch reads it.</summary>
    private const string FormatVersion = "3\n";

    private const byte Protocol = 0x80, NewObject = 0x81, False = 0x89;

    /// <summary>Loads the module.</summary>
    /// <param name="name">The class that the source declares.</param>
    /// <param name="source">One class, with the attribute <c>training</c> and nothing else to store.</param>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">This torch lacks an operator, or the source is wrong.</exception>
    public static torch.jit.ScriptModule Load(string name, string source)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("version", Encoding.ASCII.GetBytes(FormatVersion));
            Add("code/__torch__.py", Encoding.ASCII.GetBytes(source));
            Add("constants.pkl", [Protocol, 2, (byte)')', (byte)'.']);
            Add("data.pkl", PickledInstance(name));

            void Add(string entry, byte[] content)
            {
                using Stream stream = zip.CreateEntry($"module/{entry}", CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }
        return torch.jit.load(bytes.ToArray());
    }

    /// <summary>A pickle, protocol 2, of an instance of the class whose state is <c>{"training": False}</c>.</summary>
    private static byte[] PickledInstance(string name)
    {
        byte[] attribute = Encoding.ASCII.GetBytes("training");
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, attribute.Length);
        return
        [
            Protocol, 2,
            (byte)'c', .. Encoding.ASCII.GetBytes($"__torch__\n{name}\n"), (byte)')', NewObject,
            (byte)'}', (byte)'(', (byte)'X', .. length, .. attribute, False, (byte)'u',
            (byte)'b', (byte)'.',
        ];
    }
}
