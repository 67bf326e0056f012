using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Delg.Contracts.Errors;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Delg.Gateway.Http.Forms;

/// <summary>
/// A request whose body is a form (multipart/form-data) or a picture by itself (image/…): each part, and each value of the query string, is a
/// field of the request message, by its name; a field inside a message is named with a dot in between.
/// </summary>
internal static class FormBody
{
    private const string JsonContentType = "application/json";
    private const string ImageField = "image";
    private const int MaxBoundaryLength = 128;
    private const int RoomForTexts = 16 * 1024;

    /// <summary>Whether the request is one. Only messages that carry pictures can be sent so.</summary>
    public static bool IsIn(HttpRequest request, MessageDescriptor message) =>
        TakesPictures(message) && TypeOf(request) is { } type && (IsForm(type) || IsPicture(type));

    /// <summary>Whether a message has pictures among its fields.</summary>
    public static bool TakesPictures(MessageDescriptor message) => message.Fields.InDeclarationOrder().Any(field => field.FieldType == FieldType.Bytes);

    /// <summary>Puts the JSON form of the same message in the body's place.</summary>
    /// <exception cref="DelgException">FIELD_INVALID: the form cannot be read, or has parts the message has no field for; ORIGIN_REFUSED.</exception>
    public static async Task TurnIntoJsonAsync(HttpRequest request, MessageDescriptor message, CancellationToken cancellation)
    {
        RefuseOtherOrigins(request);
        var fields = new FormFields(message);
        foreach (var (name, values) in request.Query)
        {
            foreach (var value in values)
                fields.Add(name, value ?? "");
        }

        if (TypeOf(request) is { } type && IsForm(type))
            await ReadPartsAsync(request, type, fields, cancellation);
        else
            fields.Add(ImageField, await ReadAsync(request.Body, cancellation));
        fields.ThrowIfInvalid();
        request.Body = Write(fields);
        request.ContentLength = request.Body.Length;
        request.ContentType = JsonContentType;
    }

    /// <summary>A browser sends forms to anybody without asking first, so a page from elsewhere could write into an index it can only reach from inside.</summary>
    private static void RefuseOtherOrigins(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)))
            throw new DelgException(StatusCode.PermissionDenied, ErrorReason.OriginRefused, $"Forms are taken from pages of {request.Host} only, not of '{origin}'; send JSON.");
    }

    private static async Task ReadPartsAsync(HttpRequest request, MediaTypeHeaderValue type, FormFields fields, CancellationToken cancellation)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundaryLength)
            throw Unreadable($"The boundary must have 1 to {MaxBoundaryLength} characters.");
        try
        {
            var reader = new MultipartReader(boundary, request.Body);
            while (await reader.ReadNextSectionAsync(cancellation) is { } part)
            {
                if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition) || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name)
                    throw Unreadable("Every part needs a Content-Disposition with a name.");
                fields.Add(name, await ReadAsync(part.Body, cancellation));
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Unreadable("It is not well-formed multipart/form-data, or it breaks off.");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream content, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellation);
        return bytes.ToArray();
    }

    private static MemoryStream Write(FormFields fields)
    {
        // Room for the pictures from the start: a buffer that grows is there twice, and these are the largest of a request.
        var json = new ArrayBufferWriter<byte>(RoomForTexts + fields.Pictures.Values.Sum(picture => Base64.GetMaxEncodedToUtf8Length(picture.Length)));
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields.Values)
            {
                writer.WritePropertyName(name);
                (value ?? JsonValue.Create("")).WriteTo(writer);
            }

            foreach (var (name, bytes) in fields.Pictures)
                writer.WriteBase64String(name, bytes);
            writer.WriteEndObject();
        }

        return MemoryMarshal.TryGetArray(json.WrittenMemory, out var written) ? new MemoryStream(written.Array!, written.Offset, written.Count) : throw new UnreachableException();
    }

    private static DelgException Unreadable(string why) =>
        new(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, $"The form cannot be read. {why}") { Violations = [new FieldViolation("body", why)] };

    private static MediaTypeHeaderValue? TypeOf(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type : null;

    private static bool IsForm(MediaTypeHeaderValue type) => type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    private static bool IsPicture(MediaTypeHeaderValue type) => type.Type.Equals("image", StringComparison.OrdinalIgnoreCase);
}
