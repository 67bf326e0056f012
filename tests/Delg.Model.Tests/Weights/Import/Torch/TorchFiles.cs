using System.IO.Compression;

namespace Delg.Model.Tests.Weights.Import.Torch;

/// <summary>Files as torch.save wraps a pickle and its storages.</summary>
internal static class TorchFiles
{
    private static readonly byte[] _magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    public static byte[] Zip(byte[] pickle, params (string Key, byte[] Data)[] storages)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("data.pkl", pickle);
            foreach ((string key, byte[] data) in storages)
                Add($"data/{key}", data);
            Add("version", "3\n"u8.ToArray());

            void Add(string name, byte[] content)
            {
                using Stream entry = zip.CreateEntry($"archive/{name}", CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }
        return file.ToArray();
    }

    public static byte[] Legacy(byte[] pickle, params (string Key, int Elements, byte[] Data)[] storages)
    {
        var keys = new PickleWriter().Code(']').Code('(');
        foreach (var storage in storages)
            keys.Text(storage.Key);
        byte[] version = new PickleWriter().Code('M').Code(0xe9, 3).End();
        byte[] system = new PickleWriter().Code('}').Text("little_endian").Code(0x88).Code('s').End();
        var tail = new List<byte>();
        foreach (var storage in storages)
        {
            tail.AddRange(BitConverter.GetBytes((long)storage.Elements));
            tail.AddRange(storage.Data);
        }
        return [.. _magic, .. version, .. system, .. pickle, .. keys.Code('e').End(), .. tail];
    }

    public static byte[] Floats(params float[] values)
    {
        var bytes = new byte[values.Length * 4];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return bytes;
    }
}
