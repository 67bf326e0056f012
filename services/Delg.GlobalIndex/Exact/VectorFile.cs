using System.IO.MemoryMappedFiles;
using Delg.GlobalIndex.Exact.Codes;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// Float32 vectors in a file of this process alone, mapped into memory: the operating system keeps in memory what is looked at. The file loses
/// its name as soon as it is mapped, so that it goes with the process however that ends; SQLite has the vectors to fill the next one.
/// </summary>
internal sealed class VectorFile
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly unsafe float* _memory;
    private readonly int _capacity;
    private readonly int _dim;

    /// <param name="folder">An existing folder.</param>
    /// <param name="capacity">Vectors it has room for.</param>
    /// <param name="dim">Components of a vector.</param>
    /// <exception cref="IOException">The disk has no room for them.</exception>
    public unsafe VectorFile(string folder, int capacity, int dim)
    {
        _capacity = capacity;
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
        // Nothing but the garbage collector ends the view, so the memory need not be held for each read.
        byte* memory = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref memory);
        _memory = (float*)(memory + _view.PointerOffset);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
    }

    /// <summary>Size of the file.</summary>
    public long Bytes { get; }

    public void Write(int row, ReadOnlySpan<float> vector)
    {
        vector.CopyTo(Row(row));
        GC.KeepAlive(_view);
    }

    public void Read(int row, Span<float> vector)
    {
        Row(row).CopyTo(vector);
        GC.KeepAlive(_view);
    }

    /// <summary>The dot product of a vector with another, <see cref="DotProducts.Dot"/>.</summary>
    public float Dot(int row, ReadOnlySpan<float> other)
    {
        var product = DotProducts.Dot(Row(row), other);
        GC.KeepAlive(_view);
        return product;
    }

    /// <summary>Has a vector fetched into the processor's cache, if the system has it in memory.</summary>
    public void Fetch(int row)
    {
        var vector = Row(row);
        for (var i = 0; i < vector.Length; i += CacheLines.Bytes / sizeof(float))
            CacheLines.Fetch(in vector[i]);
        GC.KeepAlive(_view);
    }

    /// <summary>The row's place in memory, which stays there as long as the view is alive.</summary>
    private unsafe Span<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_capacity);
        return new Span<float>(_memory + ((long)row * _dim), _dim);
    }
}
