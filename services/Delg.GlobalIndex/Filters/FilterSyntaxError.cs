using System.Text;
using Delg.Contracts.Errors;
using Grpc.Core;

namespace Delg.GlobalIndex.Filters;

/// <summary>What is said of a text that is no filter.</summary>
internal static class FilterSyntaxError
{
    /// <summary>INVALID_ARGUMENT, FILTER_INVALID; position and expectation are in the message and in the details.</summary>
    /// <param name="text">The whole filter.</param>
    /// <param name="start">Where it goes wrong, UTF-16 units from its beginning.</param>
    /// <param name="end">Where the wrong part ends.</param>
    /// <param name="expected">What would have been right there, e.g. <c>a value</c>.</param>
    public static DelgException At(string text, int start, int end, string expected)
    {
        var position = 1 + text.AsSpan(0, start).EnumerateRunes().Count();
        var found = start >= text.Length ? "the end" : $"'{ErrorText.Shortened(text[start..Math.Clamp(end, start + 1, text.Length)])}'";
        return Create($"At character {position}: expected {expected}, found {found}.", new Dictionary<string, string>
        {
            ["position"] = $"{position}",
            ["expected"] = expected,
        });
    }

    /// <summary>INVALID_ARGUMENT, FILTER_INVALID: the filter is larger than allowed.</summary>
    /// <param name="description">Says what is too large, and the limit.</param>
    public static DelgException TooLarge(string description) => Create(description, new Dictionary<string, string>());

    private static DelgException Create(string description, Dictionary<string, string> details) =>
        new(StatusCode.InvalidArgument, ErrorReason.FilterInvalid, $"filter: {description}")
        {
            Violations = [new FieldViolation("filter", description)],
            Details = details,
        };

    private static int Count(this SpanRuneEnumerator runes)
    {
        var count = 0;
        while (runes.MoveNext())
            count++;
        return count;
    }
}
