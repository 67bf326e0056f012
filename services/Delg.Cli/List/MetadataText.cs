using System.Globalization;
using System.Text.Json.Nodes;
using Delg.V1;
using Google.Protobuf.WellKnownTypes;

namespace Delg.Cli.List;

/// <summary>Records as people and scripts read them.</summary>
internal static class MetadataText
{
    /// <summary>Local time to the second; '-' when it is not known.</summary>
    public static string Of(Timestamp? time) => time?.ToDateTimeOffset().ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-";

    /// <summary><c>key=value, key=value</c> in the order of the keys.</summary>
    public static string Of(Metadata? metadata) =>
        string.Join(", ", (metadata?.Values ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={ToJson(pair.Value)?.ToJsonString() ?? "null"}"));

    /// <summary>An object with the user's own keys.</summary>
    public static JsonObject ToJson(Metadata? metadata) =>
        new((metadata?.Values ?? []).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, ToJson(pair.Value))));

    private static JsonNode? ToJson(MetadataValue value) => value.KindCase switch
    {
        MetadataValue.KindOneofCase.StringValue => JsonValue.Create(value.StringValue),
        MetadataValue.KindOneofCase.NumberValue => JsonValue.Create(value.NumberValue),
        MetadataValue.KindOneofCase.BoolValue => JsonValue.Create(value.BoolValue),
        MetadataValue.KindOneofCase.StringList => new JsonArray([.. value.StringList.Values.Select(text => JsonValue.Create(text))]),
        _ => null,
    };
}
