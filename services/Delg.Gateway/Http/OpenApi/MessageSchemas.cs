using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Microsoft.OpenApi;
using static System.FormattableString;

namespace Delg.Gateway.Http.OpenApi;

/// <summary>Messages as schemas, after protobuf's JSON mapping: lower camel case, 64-bit numbers and bytes as strings.</summary>
internal sealed class MessageSchemas(OpenApiDocument document, ProtoComments comments)
{
    /// <summary>A reference to the message's schema, which is put into the document when it is not there yet.</summary>
    public IOpenApiSchema Of(MessageDescriptor message)
    {
        if (message.FullName == Timestamp.Descriptor.FullName)
            return new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
        if (document.Components?.Schemas?.ContainsKey(message.Name) != true)
        {
            var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Description = comments.Of(message.FullName), Properties = new Dictionary<string, IOpenApiSchema>() };
            // Known before its fields are looked at: one of them may lead back to it.
            document.AddComponent(message.Name, schema);
            foreach (var field in message.Fields.InDeclarationOrder())
                schema.Properties[field.JsonName] = Of(field);
        }

        return new OpenApiSchemaReference(message.Name, document);
    }

    /// <summary>The message without some of its fields, in place: what is left for a body when the path has taken its part.</summary>
    /// <param name="message">The message.</param>
    /// <param name="taken">Names of the fields left out.</param>
    /// <param name="asForm">Pictures are files and names are those of the proto.</param>
    public OpenApiSchema Without(MessageDescriptor message, IReadOnlySet<string> taken, bool asForm)
    {
        var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Description = comments.Of(message.FullName), Properties = new Dictionary<string, IOpenApiSchema>() };
        foreach (var field in message.Fields.InDeclarationOrder().Where(field => !taken.Contains(field.Name)))
            schema.Properties[asForm ? field.Name : field.JsonName] = asForm && field.FieldType == FieldType.Bytes ? File(field) : Of(field);
        return schema;
    }

    /// <summary>A field's schema, with its comment.</summary>
    public IOpenApiSchema Of(FieldDescriptor field)
    {
        var comment = comments.Of(field.FullName);
        if (field.IsMap)
            return new OpenApiSchema { Type = JsonSchemaType.Object, Description = comment, AdditionalProperties = Single(field.MessageType.FindFieldByNumber(2), null) };
        return field.IsRepeated ? new OpenApiSchema { Type = JsonSchemaType.Array, Description = comment, Items = Single(field, null) } : Single(field, comment);
    }

    private OpenApiSchema File(FieldDescriptor field) => new() { Type = JsonSchemaType.String, Format = "binary", Description = comments.Of(field.FullName) };

    private IOpenApiSchema Single(FieldDescriptor field, string? comment) => field.FieldType switch
    {
        FieldType.Message when Of(field.MessageType) is OpenApiSchemaReference reference => new OpenApiSchemaReference(field.MessageType.Name, document) { Description = comment ?? reference.Description },
        FieldType.Message => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time", Description = comment },
        FieldType.Enum => new OpenApiSchema { Type = JsonSchemaType.String, Description = comment, Enum = [.. field.EnumType.Values.Select(value => System.Text.Json.Nodes.JsonValue.Create(value.Name))] },
        FieldType.String => new OpenApiSchema { Type = JsonSchemaType.String, Description = comment },
        FieldType.Bytes => new OpenApiSchema { Type = JsonSchemaType.String, Format = "byte", Description = comment },
        FieldType.Bool => new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = comment },
        FieldType.Float => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float", Description = comment },
        FieldType.Double => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double", Description = comment },
        FieldType.Int64 or FieldType.UInt64 => new OpenApiSchema { Type = JsonSchemaType.String, Format = "int64", Description = comment },
        FieldType.Int32 => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = comment },
        FieldType.UInt32 => new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0", Maximum = Invariant($"{uint.MaxValue}"), Description = comment },
        _ => throw new NotSupportedException($"{field.FullName}: no schema for {field.FieldType}."),
    };
}
