using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Delg.Model.Weights.Import.Torch;

/// <summary>The zip form: <c>NAME/data.pkl</c> beside <c>NAME/data/0</c> and so on, stored without compression.</summary>
internal sealed class TorchZipCheckpoint : TorchCheckpoint
{
    private const string PickleName = "data.pkl";
    private const int MaxPickleBytes = 64 * 1024 * 1024;

    private readonly Archive _archive;

    public TorchZipCheckpoint(FileStream file)
        : this(new Archive(file))
    {
    }

    private TorchZipCheckpoint(Archive archive)
        : base(ReadPickle(archive)) => _archive = archive;

    public override string Format => "PyTorch file (zip)";

    protected override void Dispose(bool disposing)
    {
        _archive.Dispose();
        base.Dispose(disposing);
    }

    private protected override byte[] ReadStorage(TorchStorage storage) => _archive.Read($"data/{storage.Key}", MaxTensorBytes);

    private static object? ReadPickle(Archive archive)
    {
        if (archive.Has("byteorder") && Encoding.ASCII.GetString(archive.Read("byteorder", 16)) != "little")
            throw new WeightsFormatException("The tensors are big-endian; little-endian ones are read.");
        using var pickle = new MemoryStream(archive.Read(PickleName, MaxPickleBytes));
        return new PickleReader(new ByteReader(pickle), id =>
        {
            TorchStorage storage = StorageOf(id);
            archive.RequireSize($"data/{storage.Key}", (UInt128)storage.Count * (uint)storage.Type.Bytes);
            return storage;
        }).Read();
    }

    /// <summary>The archive's entries, without the folder they all lie in.</summary>
    private sealed class Archive : IDisposable
    {
        private readonly ZipArchive _zip;
        private readonly long _fileBytes;
        private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

        public Archive(FileStream file)
        {
            _fileBytes = file.Length;
            try
            {
                _zip = new ZipArchive(file, ZipArchiveMode.Read);
                ZipArchiveEntry pickle = _zip.Entries.FirstOrDefault(e => e.FullName.EndsWith("/" + PickleName, StringComparison.Ordinal))
                    ?? throw new WeightsFormatException($"The archive holds no {PickleName}: torch.save did not write it.");
                string folder = pickle.FullName[..^PickleName.Length];
                foreach (ZipArchiveEntry entry in _zip.Entries.Where(e => e.FullName.StartsWith(folder, StringComparison.Ordinal)))
                {
                    if (!_entries.TryAdd(entry.FullName[folder.Length..], entry))
                        throw new WeightsFormatException($"{entry.FullName} is in the archive twice.");
                }
            }
            catch (Exception e) when (IsDamage(e))
            {
                throw new WeightsFormatException($"The archive is damaged: {e.Message}", e);
            }
        }

        public bool Has(string name) => _entries.ContainsKey(name);

        /// <exception cref="WeightsFormatException">There is no such entry, or it has another size.</exception>
        public void RequireSize(string name, UInt128 bytes)
        {
            if ((UInt128)Entry(name).Length != bytes)
                throw new WeightsFormatException($"{name} has {Entry(name).Length} bytes in the archive; the tensors in it take {bytes}.");
        }

        /// <summary>Reads an entry and verifies its checksum.</summary>
        public byte[] Read(string name, long most)
        {
            ZipArchiveEntry entry = Entry(name);
            if (entry.Length > most)
                throw new WeightsFormatException($"{name} has {entry.Length} bytes; at most {most} are read.");
            var bytes = new byte[entry.Length];
            try
            {
                using Stream content = entry.Open();
                content.ReadExactly(bytes);
            }
            catch (Exception e) when (IsDamage(e))
            {
                throw new WeightsFormatException($"{name} is damaged: {e.Message}", e);
            }
            return Crc32.HashToUInt32(bytes) == entry.Crc32 ? bytes : throw new WeightsFormatException($"{name} is damaged: its checksum is wrong.");
        }

        public void Dispose() => _zip.Dispose();

        private ZipArchiveEntry Entry(string name)
        {
            if (!_entries.TryGetValue(name, out ZipArchiveEntry? entry))
                throw new WeightsFormatException($"{name} is missing in the archive.");
            // torch.save does not compress; a size that the file does not have would only cost memory.
            return entry.Length == entry.CompressedLength && entry.Length <= _fileBytes
                ? entry
                : throw new WeightsFormatException($"{name} is said to have {entry.Length} bytes, {entry.CompressedLength} of them in a file of {_fileBytes}.");
        }

        private static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException or NotSupportedException;
    }
}
