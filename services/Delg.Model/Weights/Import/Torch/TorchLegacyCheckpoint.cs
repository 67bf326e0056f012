namespace Delg.Model.Weights.Import.Torch;

/// <summary>
/// The form of <c>torch.save</c> before PyTorch 1.6: pickles of a magic number, a version, facts about the machine, the object and the
/// storages' keys; then the storages in the order of the keys, each behind its length in elements.
/// </summary>
internal sealed class TorchLegacyCheckpoint : TorchCheckpoint
{
    private const long Version = 1001;

    private readonly Content _content;

    public TorchLegacyCheckpoint(FileStream file)
        : this(new Content(file))
    {
    }

    private TorchLegacyCheckpoint(Content content)
        : base(content.Root) => _content = content;

    public override string Format => "PyTorch file (before 1.6)";

    protected override void Dispose(bool disposing)
    {
        _content.Dispose();
        base.Dispose(disposing);
    }

    private protected override byte[] ReadStorage(TorchStorage storage) => _content.Read(storage);

    private sealed class Content : IDisposable
    {
        // 0x1950a86a20f9469cfc6c as a number of ten bytes, alone in a pickle of protocol 2.
        private static readonly byte[] _magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

        private readonly FileStream _file;
        private readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _positions = new(StringComparer.Ordinal);

        public Content(FileStream file)
        {
            _file = file;
            var source = new ByteReader(file);
            if (source.Remaining < _magic.Length || !source.ReadBytes(_magic.Length, _magic.Length).AsSpan().SequenceEqual(_magic))
                throw new WeightsFormatException("It is a pickle, but not one of torch.save.");
            if (Plain(source) is not Version)
                throw new WeightsFormatException($"It is not of version {Version} of torch.save.");
            if (Plain(source) is PickleDictionary system && system.Pairs.Any(p => p is { Key: "little_endian", Value: false }))
                throw new WeightsFormatException("The tensors are big-endian; little-endian ones are read.");
            Root = new PickleReader(source, StorageOfFile).Read();
            if (Plain(source) is not List<object?> keys)
                throw new WeightsFormatException("The storages' keys are missing.");
            foreach (object? key in keys)
                Locate(source, key as string);
            if (_storages.Keys.FirstOrDefault(k => !_positions.ContainsKey(k)) is { } missing)
                throw new WeightsFormatException($"Storage {missing} is missing.");
        }

        public object? Root { get; }

        public byte[] Read(TorchStorage storage)
        {
            _file.Position = _positions[storage.Key];
            return new ByteReader(_file).ReadBytes(storage.Count * storage.Type.Bytes, MaxTensorBytes);
        }

        public void Dispose() => _file.Dispose();

        private static object? Plain(ByteReader source) =>
            new PickleReader(source, _ => throw new WeightsFormatException("A storage is referred to where none can be.")).Read();

        private TorchStorage StorageOfFile(object?[] id)
        {
            TorchStorage storage = StorageOf(id);
            if (_storages.TryGetValue(storage.Key, out TorchStorage? known) && (known.Type, known.Count) != (storage.Type, storage.Count))
                throw new WeightsFormatException($"Storage {storage.Key} is referred to as two different ones.");
            _storages[storage.Key] = storage;
            return storage;
        }

        private void Locate(ByteReader source, string? key)
        {
            if (key is null || !_storages.TryGetValue(key, out TorchStorage? storage))
                throw new WeightsFormatException("A storage is there that no tensor uses.");
            long count = source.ReadInt64();
            if (count != storage.Count)
                throw new WeightsFormatException($"Storage {key} has {count} elements; {storage.Count} are expected.");
            if (!_positions.TryAdd(key, source.Position))
                throw new WeightsFormatException($"Storage {key} is there twice.");
            if ((UInt128)count * (uint)storage.Type.Bytes > (UInt128)source.Remaining)
                throw new WeightsFormatException($"Storage {key} does not lie in the file: the file is cut short.");
            source.Skip(count * storage.Type.Bytes);
        }
    }
}
