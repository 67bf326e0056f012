using System.Text.RegularExpressions;

namespace Delg.GlobalIndex.Milvus;

/// <summary>A server's version and what it can do by it.</summary>
/// <param name="Text">As the server calls it.</param>
/// <param name="Major">First number; 0: not understood.</param>
/// <param name="Minor">Second number.</param>
internal sealed partial record MilvusVersion(string Text, int Major, int Minor)
{
    /// <summary>Vectors of half-precision numbers are there since 2.4.</summary>
    public bool HasFloat16 => IsAtLeast(2, 4);

    /// <summary>Names in expressions, whose values travel beside the text, are there since 2.5.</summary>
    public bool HasTemplates => IsAtLeast(2, 5);

    /// <summary>Reads <c>v2.3.5-lite</c>, <c>2.5.4</c> and the like; anything else counts as old.</summary>
    public static MilvusVersion Parse(string text) =>
        Numbers().Match(text) is { Success: true } match
            ? new MilvusVersion(text, int.Parse(match.Groups[1].ValueSpan), int.Parse(match.Groups[2].ValueSpan))
            : new MilvusVersion(text, 0, 0);

    private bool IsAtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    [GeneratedRegex(@"^v?(\d{1,4})\.(\d{1,4})")]
    private static partial Regex Numbers();
}
