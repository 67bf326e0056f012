using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Delg.GlobalIndex.Milvus;

/// <summary>What Milvus itself does not keep of a collection; it travels as JSON in the collection's description.</summary>
/// <param name="Version">Layout of this record and of the columns.</param>
/// <param name="Name">Our name of the collection.</param>
/// <param name="ModelId">Model of its descriptors.</param>
/// <param name="CreateTime">When it was made; tells a collection from its namesakes.</param>
/// <param name="PartitionKey">Metadata key that its rows are divided by; empty: none.</param>
internal sealed record CollectionRecord(
    [property: JsonPropertyName("delg")] int Version,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("model_id")] string ModelId,
    [property: JsonPropertyName("create_time")] DateTime CreateTime,
    [property: JsonPropertyName("partition_key")] string PartitionKey)
{
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string ToDescription() => JsonSerializer.Serialize(this, _readable);

    /// <summary>Null when a description is not such a record.</summary>
    public static CollectionRecord? Read(string description)
    {
        try
        {
            return JsonSerializer.Deserialize<CollectionRecord>(description) is { Version: CurrentVersion, Name: not null, ModelId: not null, PartitionKey: not null } record
                ? record
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
