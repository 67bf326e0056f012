using Delg.Contracts.Validation;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;

namespace Delg.GlobalIndex.Milvus;

/// <summary>The columns that an entry has in Milvus.</summary>
internal static class EntrySchema
{
    public const string ImageId = "image_id";
    public const string Vector = "vector";
    public const string Metadata = "metadata";
    public const string ContentHash = "content_hash";
    public const string Width = "width";
    public const string Height = "height";

    /// <summary>When the entry was written, in steps of 100 ns since 1970.</summary>
    public const string UpdateTime = "update_time";

    /// <summary>Text of the metadata key that the collection is divided by; empty where an entry has none. Only in collections divided so.</summary>
    public const string PartitionKey = "partition_key";

    /// <summary>Most bytes of a JSON document, Milvus's limit.</summary>
    public const int MaxMetadataBytes = 65_536;

    private const string DimParameter = "dim";
    private const int ContentHashHexDigits = 64;

    // 4096 UTF-16 units, the longest text of metadata, in UTF-8.
    private const int MaxPartitionKeyBytes = 3 * 4096;

    /// <summary>All columns but the vector and the key of partitions: what an answer without descriptors is made of.</summary>
    public static IReadOnlyList<string> WithoutVector { get; } = [ImageId, Metadata, ContentHash, Width, Height, UpdateTime];

    /// <summary>What a neighbour is made of, beside its id and similarity.</summary>
    public static IReadOnlyList<string> OfNeighbors { get; } = [Metadata, Width, Height];

    public static CollectionSchema Of(string milvusName, string description, int dim, VectorStorage storage, bool isPartitioned)
    {
        var schema = new CollectionSchema
        {
            Name = milvusName,
            Description = description,
            Fields =
            {
                Text(ImageId, MessageCheck.MaxImageIdBytes),
                new FieldSchema { Name = Vector, DataType = TypeOf(storage), TypeParams = { new Wire.KeyValuePair { Key = DimParameter, Value = $"{dim}" } } },
                new FieldSchema { Name = Metadata, DataType = DataType.Json },
                Text(ContentHash, ContentHashHexDigits),
                new FieldSchema { Name = Width, DataType = DataType.Int32 },
                new FieldSchema { Name = Height, DataType = DataType.Int32 },
                new FieldSchema { Name = UpdateTime, DataType = DataType.Int64 },
            },
        };
        schema.Fields[0].IsPrimaryKey = true;
        if (isPartitioned)
        {
            var key = Text(PartitionKey, MaxPartitionKeyBytes);
            key.IsPartitionKey = true;
            schema.Fields.Add(key);
        }

        return schema;
    }

    /// <summary>Size and storage of a collection's vectors; null: its columns are not those that <see cref="Of"/> makes.</summary>
    public static (int Dim, VectorStorage Storage)? Read(CollectionSchema schema)
    {
        var names = schema.Fields.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        var vector = schema.Fields.FirstOrDefault(field => field.Name == Vector);
        if (vector is null || WithoutVector.Any(name => !names.Contains(name)))
            return null;
        VectorStorage? storage = vector.DataType switch
        {
            DataType.FloatVector => VectorStorage.Float32,
            DataType.Float16Vector => VectorStorage.Float16,
            _ => null,
        };
        return storage is not null && int.TryParse(vector.TypeParams.FirstOrDefault(pair => pair.Key == DimParameter)?.Value, out var dim) ? (dim, storage.Value) : null;
    }

    public static DataType TypeOf(VectorStorage storage) => storage == VectorStorage.Float16 ? DataType.Float16Vector : DataType.FloatVector;

    private static FieldSchema Text(string name, int maxBytes) => new()
    {
        Name = name,
        DataType = DataType.Varchar,
        TypeParams = { new Wire.KeyValuePair { Key = "max_length", Value = $"{maxBytes}" } },
    };
}
