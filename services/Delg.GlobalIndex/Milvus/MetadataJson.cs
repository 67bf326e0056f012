using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Delg.V1;
using Google.Protobuf;

namespace Delg.GlobalIndex.Milvus;

/// <summary>Metadata as a JSON object: texts, numbers, truth values and lists of texts are what they are in JSON.</summary>
internal static class MetadataJson
{
    private static readonly JsonWriterOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ByteString Write(Metadata? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, _readable))
        {
            json.WriteStartObject();
            foreach (var (key, value) in metadata?.Values ?? [])
            {
                json.WritePropertyName(key);
                Write(json, value);
            }

            json.WriteEndObject();
        }

        return ByteString.CopyFrom(buffer.WrittenSpan);
    }

    /// <summary>Null: the object is empty.</summary>
    public static Metadata? Read(ByteString document)
    {
        using var json = JsonDocument.Parse(document.Memory);
        var metadata = new Metadata();
        foreach (var property in json.RootElement.EnumerateObject())
            metadata.Values.Add(property.Name, Read(property.Value));
        return metadata.Values.Count == 0 ? null : metadata;
    }

    private static void Write(Utf8JsonWriter json, MetadataValue value)
    {
        switch (value.KindCase)
        {
            case MetadataValue.KindOneofCase.StringValue:
                json.WriteStringValue(value.StringValue);
                break;
            case MetadataValue.KindOneofCase.NumberValue:
                json.WriteNumberValue(value.NumberValue);
                break;
            case MetadataValue.KindOneofCase.BoolValue:
                json.WriteBooleanValue(value.BoolValue);
                break;
            default:
                json.WriteStartArray();
                foreach (var text in value.StringList.Values)
                    json.WriteStringValue(text);
                json.WriteEndArray();
                break;
        }
    }

    private static MetadataValue Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => new MetadataValue { StringValue = value.GetString() },
        JsonValueKind.Number => new MetadataValue { NumberValue = value.GetDouble() },
        JsonValueKind.True => new MetadataValue { BoolValue = true },
        JsonValueKind.False => new MetadataValue { BoolValue = false },
        _ => new MetadataValue { StringList = new StringList { Values = { value.EnumerateArray().Select(text => text.GetString()) } } },
    };
}
