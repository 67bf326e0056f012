using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Delg.Model.Weights;

/// <summary>
/// Which weights made a descriptor: the model's name and the first 12 hexadecimal digits of the SHA-256 of its file. It travels
/// with every descriptor, as <c>name@hash</c>, so that descriptors of different weights are never compared.
/// </summary>
/// <param name="Name">The manifest's name.</param>
/// <param name="Hash">12 lower-case hexadecimal digits.</param>
public sealed record ModelId(string Name, string Hash)
{
    /// <summary>Digits of the hash that are kept.</summary>
    public const int HashDigits = 12;

    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Names the content of a weights file.</summary>
    public static ModelId Of(string name, ReadOnlySpan<byte> file) =>
        new(name, Convert.ToHexStringLower(SHA256.HashData(file))[..HashDigits]);

    /// <summary>Reads <c>name@hash</c>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ModelId? id)
    {
        int at = text?.LastIndexOf('@') ?? -1;
        id = at > 0 && text!.Length - at - 1 == HashDigits && text.AsSpan(at + 1).IndexOfAnyExcept(_digits) < 0
            ? new ModelId(text[..at], text[(at + 1)..])
            : null;
        return id is not null;
    }

    public override string ToString() => $"{Name}@{Hash}";
}
