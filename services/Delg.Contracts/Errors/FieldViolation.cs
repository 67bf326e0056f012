using System.Text;

namespace Delg.Contracts.Errors;

/// <summary>One field at fault. Texts that are too long for an error are cut.</summary>
/// <param name="Field">Path in the request as in the proto, e.g. <c>query.descriptors</c>; at most <see cref="MaxFieldBytes"/>.</param>
/// <param name="Description">What is wrong, with the value and the limit; at most <see cref="MaxDescriptionBytes"/>.</param>
public sealed record FieldViolation(string Field, string Description)
{
    /// <summary>Longest path, bytes of UTF-8: the longest of ours, with a key of metadata in it, has fewer.</summary>
    public const int MaxFieldBytes = 128;

    /// <summary>Longest description, bytes of UTF-8.</summary>
    public const int MaxDescriptionBytes = 256;

    public string Field { get; init; } = ErrorText.Shortened(Field, MaxFieldBytes);

    public string Description { get; init; } = ErrorText.Shortened(Description, MaxDescriptionBytes);

    /// <summary>Bytes of UTF-8 of both texts.</summary>
    internal int TextBytes => Encoding.UTF8.GetByteCount(Field) + Encoding.UTF8.GetByteCount(Description);
}
