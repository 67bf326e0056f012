using Delg.V1;
using Google.Protobuf.WellKnownTypes;

namespace Delg.GlobalIndex.Exact;

/// <summary>A collection as the store keeps it.</summary>
/// <param name="Key">Its row in the store; never used again for another collection.</param>
/// <param name="Name">Its name.</param>
/// <param name="ModelId">Model of its descriptors.</param>
/// <param name="Dim">Components of its descriptors.</param>
/// <param name="Storage">How the store keeps its vectors.</param>
/// <param name="CreateTime">When it was made.</param>
internal sealed record CollectionRow(long Key, string Name, string ModelId, int Dim, VectorStorage Storage, DateTime CreateTime)
{
    public Collection ToCollection(int entryCount) => new()
    {
        Name = Name,
        ModelId = ModelId,
        Dim = (uint)Dim,
        Storage = Storage,
        EntryCount = entryCount,
        CreateTime = Timestamp.FromDateTime(CreateTime),
    };

    /// <summary>True when <paramref name="collection"/> was read from this row and not from a namesake before or after it.</summary>
    public bool Is(Collection collection) =>
        Name == collection.Name && ModelId == collection.ModelId && Dim == collection.Dim && Storage == collection.Storage && Timestamp.FromDateTime(CreateTime).Equals(collection.CreateTime);
}
