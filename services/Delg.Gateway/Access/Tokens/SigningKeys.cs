using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Delg.Gateway.Access.Tokens;

/// <summary>The public keys of a file: a JSON web key set, or PEM.</summary>
internal static class SigningKeys
{
    /// <exception cref="SigningKeysException">It cannot be read, or has no key that is fit.</exception>
    public static IReadOnlyList<SecurityKey> Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            List<SecurityKey> keys = text.TrimStart().StartsWith('{') ? [.. FromKeySet(path, text)] : [.. FromPem(text)];
            return keys.Count > 0 ? keys : throw new SigningKeysException($"'{path}' has no key.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            throw new SigningKeysException($"'{path}' cannot be read: {failure.Message}", failure);
        }
    }

    private static IList<SecurityKey> FromKeySet(string path, string json)
    {
        var set = new JsonWebKeySet(json);
        // Whoever can check such a signature can make one.
        if (set.Keys.Any(key => key.Kty == JsonWebAlgorithmsKeyTypes.Octet))
            throw new SigningKeysException($"'{path}' has a shared secret among its keys; only public keys are taken.");
        return set.GetSigningKeys();
    }

    private static IEnumerable<SecurityKey> FromPem(string text)
    {
        for (var rest = text; PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
        {
            var pem = rest[found.Location];
            yield return IsRsa(pem) ? new RsaSecurityKey(Imported(RSA.Create(), pem)) : new ECDsaSecurityKey(Imported(ECDsa.Create(), pem));
        }
    }

    private static T Imported<T>(T key, string pem)
        where T : AsymmetricAlgorithm
    {
        key.ImportFromPem(pem);
        return key;
    }

    private static bool IsRsa(string pem)
    {
        try
        {
            using var key = Imported(RSA.Create(), pem);
            return true;
        }
        catch (Exception other) when (other is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
