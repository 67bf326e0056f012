namespace Delg.GlobalIndex.Exact;

/// <summary>An entry on its way to disk and memory.</summary>
/// <param name="Stored">What memory keeps.</param>
/// <param name="ContentHash">SHA-256 of the image's bytes; empty: not known.</param>
/// <param name="Vector">Unit length, rounded as the collection's storage rounds.</param>
internal sealed record EntryWrite(StoredEntry Stored, byte[] ContentHash, float[] Vector);
