using System.Text;

namespace Delg.Contracts.Errors;

/// <summary>
/// Cuts what an error repeats of its caller's words. An error travels in HTTP/2 trailers, which clients bound (.NET's at 64 KiB, grpc-python at 8 KiB) and
/// beyond which they see a broken connection instead of the reason.
/// </summary>
public static class ErrorText
{
    /// <summary>Most of one text that a sentence quotes, bytes of UTF-8: enough to know it again.</summary>
    public const int MaxQuotedBytes = 128;

    private const string Ellipsis = "…";

    private static readonly int _ellipsisBytes = Encoding.UTF8.GetByteCount(Ellipsis);

    /// <summary>The text, or as much of its beginning as fits with "…" behind it.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="maxBytes">Most of the result, bytes of UTF-8, at least 3.</param>
    public static string Shortened(string text, int maxBytes = MaxQuotedBytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, _ellipsisBytes);
        // A unit of UTF-16 has at least one byte: what is far too long is not counted to its end.
        if (text.Length <= maxBytes && Encoding.UTF8.GetByteCount(text) <= maxBytes)
            return text;
        var (left, end) = (maxBytes - _ellipsisBytes, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            left -= rune.Utf8SequenceLength;
            if (left < 0)
                break;
            end += rune.Utf16SequenceLength;
        }

        return string.Concat(text.AsSpan(0, end), Ellipsis);
    }
}
