using Delg.Contracts.Errors;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Delg.GlobalIndex.Milvus;

/// <summary>One of our collections, as Milvus describes it.</summary>
/// <param name="Id">Milvus's number of it; never used again for another one.</param>
/// <param name="MilvusName">Its name in Milvus.</param>
/// <param name="Record">What we noted of it.</param>
/// <param name="Dim">Components of its vectors.</param>
/// <param name="Storage">How they are kept.</param>
internal sealed record MilvusCollection(long Id, string MilvusName, CollectionRecord Record, int Dim, VectorStorage Storage)
{
    /// <summary>The collection of a description; null: it is none of ours.</summary>
    public static MilvusCollection? Read(DescribeCollectionResponse described) =>
        CollectionRecord.Read(described.Schema.Description) is { } record && EntrySchema.Read(described.Schema) is { } vectors
            ? new MilvusCollection(described.CollectionId, described.Schema.Name, record, vectors.Dim, vectors.Storage)
            : null;

    /// <summary>FAILED_PRECONDITION: something else has the name in Milvus. Says what is there.</summary>
    /// <param name="described">What has the name.</param>
    /// <param name="name">Our name of the collection.</param>
    public static DelgException Foreign(DescribeCollectionResponse described, string name)
    {
        var columns = string.Join(", ", described.Schema.Fields.Select(field => $"{field.Name} {field.DataType}{string.Concat(field.TypeParams.Select(pair => $" {pair.Key} {pair.Value}"))}"));
        return new DelgException(
            StatusCode.FailedPrecondition, ErrorReason.StoreUnsuitable,
            $"Collection '{name}' would be '{described.Schema.Name}' in Milvus; the collection of that name there was not made by this service ({columns}).")
        {
            Details = new Dictionary<string, string> { ["collection"] = name, ["milvus_collection"] = described.Schema.Name },
        };
    }

    public Collection ToCollection(long entryCount) => new()
    {
        Name = Record.Name,
        ModelId = Record.ModelId,
        Dim = (uint)Dim,
        Storage = Storage,
        EntryCount = entryCount,
        CreateTime = Timestamp.FromDateTime(Record.CreateTime),
    };

    /// <summary>True when <paramref name="collection"/> was read from this one and not from a namesake before or after it.</summary>
    public bool Is(Collection collection) => ToCollection(collection.EntryCount).Equals(collection);
}
