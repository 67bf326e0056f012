using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Delg.Gateway.Access.Keys;

/// <summary>
/// An API key: <c>delg_ID_SECRET</c>, the secret 256 random bits in hexadecimal digits. The id says which record to compare with. Only a hash of the
/// secret is stored; a fast one is enough, since nobody can go through 2^256 secrets, and it is asked for at every call.
/// </summary>
public sealed class ApiKey
{
    /// <summary>What every key begins with.</summary>
    public const string Prefix = "delg_";

    private const int IdBytes = 6;
    private const int SecretBytes = 32;

    private readonly byte[] _secret;

    private ApiKey(string id, byte[] secret)
    {
        Id = id;
        _secret = secret;
    }

    /// <summary>Names the key; no secret.</summary>
    public string Id { get; }

    /// <summary>SHA-256 of the secret, hexadecimal digits.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(_secret));

    /// <summary>A new one.</summary>
    public static ApiKey Create() => new(RandomNumberGenerator.GetHexString(2 * IdBytes, lowercase: true), RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Reads the text of a key.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ApiKey? key)
    {
        ArgumentNullException.ThrowIfNull(text);
        key = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length..].Split('_') is not [{ Length: > 0 } id, { Length: 2 * SecretBytes } digits])
            return false;
        var secret = new byte[SecretBytes];
        if (Convert.FromHexString(digits, secret, out _, out _) == System.Buffers.OperationStatus.Done)
            key = new ApiKey(id, secret);
        return key is not null;
    }

    /// <summary>Whether a hash is the one of this key. Takes as long however much of it is right.</summary>
    public bool Matches(string hash) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(_secret), Convert.FromHexString(hash));

    /// <summary>The key in full, to be shown once. Not <see cref="object.ToString"/>, which ends in logs.</summary>
    public string Reveal() => $"{Prefix}{Id}_{Convert.ToHexStringLower(_secret)}";
}
