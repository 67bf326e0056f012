using System.Security.Cryptography;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Gateway.Indexing;

/// <summary>
/// Stands in an entry for the hash of the image while the image is replaced. A replacement that is cut short leaves it there: the image is then no
/// known one, whatever version is sent next, and a check sees it.
/// </summary>
internal static class ReplacementMark
{
    // As long as a hash, since no index takes another length; the hash of no photo.
    private static readonly ByteString _mark = ByteString.CopyFrom(SHA256.HashData("delg.v1: this image is being replaced"u8));

    /// <summary>Whether the entry and the local features may be of two versions.</summary>
    public static bool IsOn(GlobalEntry entry) => entry.ContentHash == _mark;

    /// <summary>The entry as it is while its image is replaced.</summary>
    public static GlobalEntry Put(GlobalEntry entry) => new(entry) { ContentHash = _mark };
}
