using System.IO.MemoryMappedFiles;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// Float32 vectors in a file of this process alone, mapped into memory: the operating system keeps in memory what is looked at. The file loses
/// its name as soon as it is mapped, so that it goes with the process however that ends; SQLite has the vectors to fill the next one.
/// </summary>
internal sealed class VectorFile
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _dim;

    /// <param name="folder">An existing folder.</param>
    /// <param name="capacity">Vectors it has room for.</param>
    /// <param name="dim">Components of a vector.</param>
    /// <exception cref="IOException">The disk has no room for them.</exception>
    public VectorFile(string folder, int capacity, int dim)
    {
        _dim = dim;
        Bytes = (long)capacity * dim * sizeof(float);
        // Room is taken now: a disk that fills up later would end the process in the middle of a write to memory.
        using var file = new FileStream(Path.Combine(folder, Path.GetRandomFileName()), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
            PreallocationSize = Bytes,
        });
        file.SetLength(Bytes);
        using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = map.CreateViewAccessor(0, Bytes);
    }

    /// <summary>Size of the file.</summary>
    public long Bytes { get; }

    public void Write(int row, ReadOnlySpan<float> vector)
    {
        vector.CopyTo(Lock(row));
        Unlock();
    }

    public void Read(int row, Span<float> vector)
    {
        Lock(row).CopyTo(vector);
        Unlock();
    }

    /// <summary>The dot product of a vector with another, <see cref="DotProducts.Dot"/>.</summary>
    public float Dot(int row, ReadOnlySpan<float> other)
    {
        var product = DotProducts.Dot(Lock(row), other);
        Unlock();
        return product;
    }

    /// <summary>The row's place in memory, which stays there until <see cref="Unlock"/>.</summary>
    private unsafe Span<float> Lock(int row)
    {
        byte* memory = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref memory);
        return new Span<float>(memory + _view.PointerOffset + ((long)row * _dim * sizeof(float)), _dim);
    }

    private void Unlock() => _view.SafeMemoryMappedViewHandle.ReleasePointer();
}
