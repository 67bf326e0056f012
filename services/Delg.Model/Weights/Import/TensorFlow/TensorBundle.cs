using System.Text;

namespace Delg.Model.Weights.Import.TensorFlow;

/// <summary>
/// A TensorFlow checkpoint of the second version ("tensor bundle"): the variables of a SavedModel, or what a training run saved. An index
/// names the tensors, data files hold them; both are checked against their checksums.
/// </summary>
public sealed class TensorBundle : Checkpoint
{
    /// <summary>Longest index that is read, in bytes.</summary>
    public const long MaxIndexBytes = 64 * 1024 * 1024;

    private readonly Dictionary<string, BundleEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CheckpointTensor> _tensors = new(StringComparer.Ordinal);
    private readonly FileStream?[] _shards;

    private TensorBundle(string prefix, List<KeyValuePair<byte[], byte[]>> pairs)
    {
        if (pairs.Count == 0 || pairs[0].Key.Length != 0)
            throw new WeightsFormatException("The index has no header.");
        int shards = BundleHeader.Parse(pairs[0].Value).Shards;
        foreach ((byte[] key, byte[] value) in pairs.Skip(1))
        {
            // Pieces of sliced tensors have binary keys; their tensor's own entry says that it is sliced.
            if (key[0] == 0)
                continue;
            string name = Encoding.UTF8.GetString(key);
            BundleEntry entry = BundleEntry.Parse(name, value);
            if (entry.Shard >= shards)
                throw new WeightsFormatException($"Tensor \"{name}\" lies in data file {entry.Shard}, of {shards}.");
            if (!_entries.TryAdd(name, entry))
                throw new WeightsFormatException($"Tensor \"{name}\" is there twice.");
            _tensors.Add(name, new CheckpointTensor(name, entry.TypeName, entry.Type, entry.Shape));
        }
        _shards = OpenShards(prefix, shards);
        foreach ((string name, BundleEntry entry) in _entries)
        {
            long length = _shards[entry.Shard]?.Length ?? 0;
            if (!entry.IsSliced && (entry.Offset > length || entry.Size > length - entry.Offset))
            {
                Dispose();
                throw new WeightsFormatException($"Tensor \"{name}\": bytes {entry.Offset} to {(UInt128)entry.Offset + (UInt128)entry.Size} do not lie in its data file of {length}.");
            }
        }
    }

    public override string Format => "TensorFlow checkpoint";

    public override bool IsOutputsLast => true;

    public override IReadOnlyDictionary<string, CheckpointTensor> Tensors => _tensors;

    /// <summary>Opens a bundle.</summary>
    /// <param name="path">A SavedModel's folder, a folder with one index, or an index itself.</param>
    /// <exception cref="WeightsFormatException">It is not a sound bundle; the message says what is wrong.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static TensorBundle Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string prefix = BundleLocation.Prefix(path);
        string index = prefix + ".index";
        try
        {
            long bytes = new FileInfo(index).Length;
            if (bytes > MaxIndexBytes)
                throw new WeightsFormatException($"It has {bytes} bytes; at most {MaxIndexBytes} are read.");
            return new TensorBundle(prefix, SortedStringTable.Read(File.ReadAllBytes(index)));
        }
        catch (WeightsFormatException e)
        {
            throw new WeightsFormatException($"{index}: {e.Message}", e);
        }
    }

    public override StoredTensor Read(string name)
    {
        BundleEntry entry = _entries[name];
        if (entry.Type is not { } type)
            throw new WeightsFormatException($"Tensor \"{name}\" is of {entry.TypeName}, which is not read.");
        if (entry.Size > MaxTensorBytes)
            throw new WeightsFormatException($"Tensor \"{name}\" has {entry.Size} bytes; at most {MaxTensorBytes} are read.");
        FileStream shard = _shards[entry.Shard]!;
        var data = new byte[entry.Size];
        shard.Position = entry.Offset;
        shard.ReadExactly(data);
        return Crc32C.Masked(Crc32C.Of(data)) == entry.MaskedChecksum
            ? new StoredTensor(name, type, entry.Shape, data)
            : throw new WeightsFormatException($"Tensor \"{name}\" is damaged: its checksum is wrong.");
    }

    protected override void Dispose(bool disposing)
    {
        foreach (FileStream? shard in _shards)
            shard?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The data files that tensors lie in.</summary>
    private FileStream?[] OpenShards(string prefix, int shards)
    {
        var files = new FileStream?[shards];
        try
        {
            foreach (int shard in _entries.Values.Where(e => !e.IsSliced).Select(e => e.Shard).Distinct())
            {
                string path = BundleLocation.Shard(prefix, shard, shards);
                files[shard] = File.Exists(path) ? File.OpenRead(path) : throw new WeightsFormatException($"Its data file {path} is missing.");
            }
            return files;
        }
        catch
        {
            foreach (FileStream? file in files)
                file?.Dispose();
            throw;
        }
    }
}
