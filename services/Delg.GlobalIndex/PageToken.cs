using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Delg.Contracts.Validation;

namespace Delg.GlobalIndex;

/// <summary>
/// The opaque token of the next page: a version, a check sum over collection and id, and the last id seen. The sum is no secret; it only tells
/// a token from garbage and from the token of another collection.
/// </summary>
internal static class PageToken
{
    private const byte Version = 1;
    private const int SumBytes = 8;
    private const int HeaderBytes = 1 + SumBytes;

    public static string After(string collection, string imageId) =>
        Base64Url.EncodeToString([Version, .. SumOf(collection, imageId), .. Encoding.UTF8.GetBytes(imageId)]);

    /// <summary>The id behind which the page starts; false when the token is not one of this collection's.</summary>
    /// <param name="token">As sent; empty is the first page and gives an empty id.</param>
    /// <param name="collection">Collection being listed.</param>
    /// <param name="afterImageId">The last id of the page before.</param>
    public static bool TryRead(string token, string collection, out string afterImageId)
    {
        afterImageId = "";
        if (token.Length == 0)
            return true;
        if (token.Length > Base64Url.GetEncodedLength(HeaderBytes + MessageCheck.MaxImageIdBytes) || !Base64Url.IsValid(token))
            return false;
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length <= HeaderBytes || bytes[0] != Version)
            return false;
        var imageId = Encoding.UTF8.GetString(bytes.AsSpan(HeaderBytes));
        if (!bytes.AsSpan(1, SumBytes).SequenceEqual(SumOf(collection, imageId)))
            return false;
        afterImageId = imageId;
        return true;
    }

    private static byte[] SumOf(string collection, string imageId) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{collection}\n{imageId}"))[..SumBytes];
}
