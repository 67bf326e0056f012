using System.Runtime.CompilerServices;
using Delg.GlobalIndex.Exact.Codes;
using Delg.GlobalIndex.Exact.Columns;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// Memory for a run of rows. A row is written once, before the snapshot that shows it is published, and never changed after: readers need no
/// lock.
/// </summary>
internal sealed class VectorChunk
{
    /// <summary>Rows that a chunk has at most.</summary>
    public const int LargestCapacity = 1024;

    private readonly VectorFile _vectors;
    private readonly sbyte[] _codes;
    private readonly int _firstCode;
    private readonly int _stride;
    private readonly RowCode[] _rowCodes;
    private readonly int _dim;

    /// <param name="folder">Where the file of its float32 vectors is made.</param>
    /// <param name="capacity">Rows it has room for, up to <see cref="LargestCapacity"/>.</param>
    /// <param name="dim">Components of a vector.</param>
    public VectorChunk(string folder, int capacity, int dim)
    {
        _dim = dim;
        _stride = QueryCodes.PaddedLength(dim);
        _vectors = new VectorFile(folder, capacity, dim);
        // Rows that begin with a cache line are read fastest; memory that never moves stays so.
        _codes = GC.AllocateArray<sbyte>(checked((capacity * _stride) + CacheLines.Bytes), pinned: true);
        _firstCode = CacheLines.BytesToNext(_codes);
        _rowCodes = new RowCode[capacity];
        Entries = new StoredEntry[capacity];
        Metadata = new MetadataColumns(capacity);
    }

    public int Capacity => Entries.Length;

    public StoredEntry[] Entries { get; }

    public MetadataColumns Metadata { get; }

    /// <summary>Codes of a row, the zeros at its end among them.</summary>
    public int CodeLength => _stride;

    /// <summary>Size of the mapped file, bytes.</summary>
    public long MappedBytes => _vectors.Bytes;

    public void Write(int row, StoredEntry entry, ReadOnlySpan<float> vector)
    {
        _rowCodes[row] = RowCode.Encode(vector, _codes.AsSpan(_firstCode + (row * _stride), _dim));
        _vectors.Write(row, vector);
        Metadata.Write(row, StoredEntry.MetadataOf(entry.Metadata));
        Entries[row] = entry;
    }

    /// <summary>The row's codes, padded with zeros to a multiple of <see cref="ICodeKernel.Block"/>.</summary>
    public ref sbyte CodesAt(int row) => ref _codes[_firstCode + (row * _stride)];

    public RowCode RowCodeAt(int row) => _rowCodes[row];

    /// <summary>The float32 vector as it was written.</summary>
    public void Read(int row, Span<float> vector) => _vectors.Read(row, vector);

    /// <summary>Has a row's float32 vector fetched into the cache, if its file is in memory.</summary>
    public void Fetch(int row) => _vectors.Fetch(row);

    /// <summary>The float32 similarity of a row to a unit-length query.</summary>
    // Rounding may carry the product of two unit vectors a little past 1.
    public float Similarity(int row, ReadOnlySpan<float> query) => Math.Clamp(_vectors.Dot(row, query), -1, 1);

    /// <summary>What a search reads for one vector, bytes.</summary>
    public static int BytesPerVector(int dim) => QueryCodes.PaddedLength(dim) + Unsafe.SizeOf<RowCode>();

    /// <summary>Memory of the chunk with its first <paramref name="count"/> rows' entries, bytes; what the runtime adds to each is estimated.</summary>
    public long MemoryBytes(int count) =>
        ((long)Capacity * (BytesPerVector(_dim) + nint.Size)) + Metadata.Bytes + Entries.Take(count).Sum(entry => entry.MemoryBytes);
}
