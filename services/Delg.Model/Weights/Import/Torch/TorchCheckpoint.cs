namespace Delg.Model.Weights.Import.Torch;

/// <summary>
/// A file that <c>torch.save</c> wrote (.pt, .pth, .pyth), in its present form, a zip archive, or the one before PyTorch 1.6. Its pickle
/// is run by a reader that can build tensors and plain containers only.
/// </summary>
public abstract class TorchCheckpoint : Checkpoint
{
    private readonly Dictionary<string, TorchTensor> _tensors;

    private protected TorchCheckpoint(object? root)
    {
        _tensors = StateDictionary.Of(root);
        Tensors = _tensors.ToDictionary(
            t => t.Key,
            t => new CheckpointTensor(t.Key, t.Value.Storage.Type.Name, t.Value.Storage.Type.Type, t.Value.Shape),
            StringComparer.Ordinal);
    }

    public override IReadOnlyDictionary<string, CheckpointTensor> Tensors { get; }

    /// <summary>Opens a file of PyTorch or a safetensors file, told apart by their first bytes.</summary>
    /// <exception cref="WeightsFormatException">It is neither, is damaged, or asks for more than tensors and plain containers.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Checkpoint OpenAny(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStream file = File.OpenRead(path);
        try
        {
            Span<byte> start = stackalloc byte[sizeof(ulong) + 1];
            int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            file.Position = 0;
            if (read >= 4 && start[..4].SequenceEqual("PK\x03\x04"u8))
                return new TorchZipCheckpoint(file);
            if (read == start.Length && start[^1] == '{')
            {
                file.Dispose();
                return new SafetensorsCheckpoint(SafetensorsFile.Read(path));
            }
            if (read > 0 && start[0] == 0x80)
                return new TorchLegacyCheckpoint(file);
            throw new WeightsFormatException("It begins neither as a file of torch.save nor as a safetensors file.");
        }
        catch (WeightsFormatException e)
        {
            file.Dispose();
            throw new WeightsFormatException($"{path}: {e.Message}", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override StoredTensor Read(string name)
    {
        TorchTensor tensor = _tensors[name];
        TorchStorage storage = tensor.Storage;
        if (storage.Type.Type is not { } type)
            throw new WeightsFormatException($"Tensor \"{name}\" is of {storage.Type.Name}, which is not read.");
        if ((UInt128)storage.Count * (uint)storage.Type.Bytes > (UInt128)MaxTensorBytes)
            throw new WeightsFormatException($"Tensor \"{name}\" lies in a storage of {storage.Count} elements; at most {MaxTensorBytes} bytes are read.");
        return new StoredTensor(name, type, tensor.Shape, tensor.Gather(ReadStorage(storage)));
    }

    /// <summary>Reads a storage whole.</summary>
    private protected abstract byte[] ReadStorage(TorchStorage storage);

    /// <summary>Takes a persistent id apart.</summary>
    private protected static TorchStorage StorageOf(object?[] id)
    {
        if (id is not ["storage", AllowedGlobal.StorageClass { Type: var type }, string key, _, long count, ..] || count < 0)
            throw new WeightsFormatException("The pickle refers to something that is no storage.");
        // Old files name views of storages: key, offset, size.
        return id switch
        {
            [_, _, _, _, _] or [_, _, _, _, _, null] => new TorchStorage(key, type, count, 0),
            [_, _, _, _, _, object?[] and [string, long offset, long size]] when offset >= 0 && size >= 0 && offset <= count && size <= count - offset =>
                new TorchStorage(key, type, count, offset),
            _ => throw new WeightsFormatException($"The pickle refers to a view of storage {key} that does not lie in it."),
        };
    }
}
