using Delg.Contracts.Errors;
using Delg.V1;

namespace Delg.Contracts.Validation;

/// <summary>The limits that <see cref="Metadata"/> states: keys, values, and the size of the whole.</summary>
internal static class MetadataCheck
{
    private const int MaxKeys = 64;
    private const int MaxKeyLength = 64;
    private const int MaxTextLength = 4096;
    private const int MaxListLength = 256;
    private const int MaxBytes = 64 * 1024;

    public static void Check(MessageCheck check, Metadata metadata, string field)
    {
        if (!check.InRange(metadata.Values.Count, 0, MaxKeys, $"{field}.values"))
            return;
        check.That(metadata.CalculateSize() <= MaxBytes, field, $"{metadata.CalculateSize()} bytes; at most {MaxBytes} are taken.");
        foreach (var (key, value) in metadata.Values)
        {
            if (check.That(IsKey(key), $"{field}.values", $"'{ErrorText.Shortened(key)}': a key has 1 to {MaxKeyLength} letters, digits or '_' and does not start with a digit."))
                CheckValue(check, value, $"{field}.values['{key}']");
        }
    }

    private static void CheckValue(MessageCheck check, MetadataValue value, string field)
    {
        switch (value.KindCase)
        {
            case MetadataValue.KindOneofCase.StringValue:
                CheckText(check, value.StringValue, field);
                break;
            case MetadataValue.KindOneofCase.NumberValue:
                check.That(double.IsFinite(value.NumberValue), field, "A number must be finite.");
                break;
            case MetadataValue.KindOneofCase.StringList:
                if (check.InRange(value.StringList.Values.Count, 0, MaxListLength, field))
                {
                    foreach (var text in value.StringList.Values)
                        CheckText(check, text, field);
                }

                break;
            case MetadataValue.KindOneofCase.None:
                check.That(false, field, "One kind of value must be set.");
                break;
        }
    }

    private static void CheckText(MessageCheck check, string text, string field) =>
        check.That(text.Length <= MaxTextLength, field, $"{text.Length} characters; at most {MaxTextLength} are taken.");

    private static bool IsKey(string key) =>
        key.Length is > 0 and <= MaxKeyLength && !char.IsAsciiDigit(key[0]) && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
