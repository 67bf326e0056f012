using System.Text.Encodings.Web;
using System.Text.Json;

namespace Delg.Cli.Output;

/// <summary>How results are written for scripts.</summary>
internal static class JsonForm
{
    /// <summary>snake_case keys; dictionary keys (names of methods, families, files) stay as they are; text is not escaped beyond need.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };
}
