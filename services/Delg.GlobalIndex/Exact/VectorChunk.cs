namespace Delg.GlobalIndex.Exact;

/// <summary>
/// Memory for a run of rows. A row is written once, before the snapshot that shows it is published, and never changed after: readers need no
/// lock.
/// </summary>
internal sealed class VectorChunk(int capacity, int dim)
{
    public int Capacity { get; } = capacity;

    /// <summary>Capacity × dim, row by row.</summary>
    public float[] Vectors { get; } = GC.AllocateUninitializedArray<float>(checked(capacity * dim));

    public StoredEntry[] Entries { get; } = new StoredEntry[capacity];

    public void Write(int row, StoredEntry entry, ReadOnlySpan<float> vector)
    {
        vector.CopyTo(Vectors.AsSpan(row * dim, dim));
        Entries[row] = entry;
    }

    public ReadOnlySpan<float> VectorAt(int row) => Vectors.AsSpan(row * dim, dim);
}
