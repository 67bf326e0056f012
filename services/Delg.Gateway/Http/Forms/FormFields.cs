using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Google.Protobuf.Reflection;

namespace Delg.Gateway.Http.Forms;

/// <summary>Gathers the fields of one message from texts, each by the type the message gives it.</summary>
internal sealed class FormFields(MessageDescriptor message)
{
    private readonly MessageCheck _check = new();
    private readonly Dictionary<string, byte[]> _pictures = [];

    /// <summary>Everything but pictures, as JSON.</summary>
    public JsonObject Values { get; } = [];

    /// <summary>The pictures by field.</summary>
    public IReadOnlyDictionary<string, byte[]> Pictures => _pictures;

    public void Add(string name, byte[] content)
    {
        if (message.FindFieldByName(name) is { FieldType: FieldType.Bytes, IsRepeated: false })
            _check.That(_pictures.TryAdd(name, content), name, "Sent twice.");
        else
            Add(name, Encoding.UTF8.GetString(content));
    }

    public void Add(string name, string text)
    {
        var path = name.Split('.');
        var (within, level) = (Values, message);
        foreach (var outer in path.SkipLast(1))
        {
            if (level.FindFieldByName(outer) is not { FieldType: FieldType.Message, IsRepeated: false } field)
            {
                _check.That(false, name, $"{message.Name} has no such field.");
                return;
            }

            if (within[outer] is not JsonObject inner)
                within[outer] = inner = [];
            (within, level) = (inner, field.MessageType);
        }

        if (level.FindFieldByName(path[^1]) is not { } last || last.FieldType == FieldType.Bytes)
            _check.That(false, name, $"{message.Name} has no such field, or takes it as a file only.");
        else
            Set(within, last, name, text);
    }

    public void ThrowIfInvalid() => _check.ThrowIfInvalid();

    private void Set(JsonObject within, FieldDescriptor field, string name, string text)
    {
        if (ValueOf(field, text) is not { } value)
        {
            _check.That(false, name, $"'{ErrorText.Shortened(text)}' is not {Expected(field)}.");
        }
        else if (field.IsRepeated && !field.IsMap)
        {
            if (within[field.Name] is not JsonArray items)
                within[field.Name] = items = [];
            items.Add(value);
        }
        else
        {
            _check.That(within.TryAdd(field.Name, value), name, "Sent twice.");
        }
    }

    private static JsonNode? ValueOf(FieldDescriptor field, string text) => field.FieldType switch
    {
        FieldType.String or FieldType.Enum => JsonValue.Create(text),
        FieldType.Bool => text switch { "true" => JsonValue.Create(true), "false" => JsonValue.Create(false), _ => null },
        FieldType.Message => Parsed(text) as JsonObject,
        FieldType.Float or FieldType.Double => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? JsonValue.Create(number) : null,
        _ => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole) : null,
    };

    private static JsonNode? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Expected(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => "true or false",
        FieldType.Message => "a JSON object",
        FieldType.Float or FieldType.Double => "a number",
        _ => "a whole number",
    };
}
