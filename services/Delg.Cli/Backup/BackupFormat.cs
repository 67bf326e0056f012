namespace Delg.Cli.Backup;

/// <summary>
/// A backup of one collection: the mark, then messages of <c>delg.v1</c>, each after its length (uint32, little-endian): the Collection, then one
/// ExportedImage for each picture. A length of 0 ends them; the number of pictures (uint64, little-endian) follows, and the SHA-256 of everything before it.
/// </summary>
internal static class BackupFormat
{
    /// <summary>Longest message taken, bytes: a picture with all its limits used up stays below.</summary>
    public const int MaxMessageBytes = 128 * 1024 * 1024;

    /// <summary>Bytes of the hash at the end.</summary>
    public const int HashBytes = 32;

    /// <summary>First bytes of the file; the digit counts versions of this format.</summary>
    public static ReadOnlySpan<byte> Mark => "DELGCOL1"u8;
}
