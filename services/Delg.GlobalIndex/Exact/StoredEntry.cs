using Delg.V1;
using Google.Protobuf;

namespace Delg.GlobalIndex.Exact;

/// <summary>What memory keeps of an entry beside its vector: all that a neighbour in an answer tells.</summary>
/// <param name="ImageId">The user's name for the image.</param>
/// <param name="Metadata">The user's keys and values, serialised; empty: none.</param>
/// <param name="Width">Columns of the image; 0: not known.</param>
/// <param name="Height">Rows of the image; 0: not known.</param>
internal sealed record StoredEntry(string ImageId, byte[] Metadata, int Width, int Height)
{
    // An object, a text, an array and a place in the table of ids, without what they hold.
    private const int ObjectBytes = 160;

    /// <summary>About what it takes, bytes.</summary>
    public long MemoryBytes => ObjectBytes + ((long)ImageId.Length * sizeof(char)) + Metadata.Length;

    public static StoredEntry From(GlobalEntry entry) =>
        new(entry.ImageId, entry.Metadata?.ToByteArray() ?? [], (int)(entry.ImageSize?.Width ?? 0), (int)(entry.ImageSize?.Height ?? 0));

    public Neighbor ToNeighbor(float similarity) => new()
    {
        ImageId = ImageId,
        Similarity = similarity,
        Metadata = MetadataOf(Metadata),
        ImageSize = SizeOf(Width, Height),
    };

    public static Metadata? MetadataOf(byte[] serialized) => serialized.Length == 0 ? null : V1.Metadata.Parser.ParseFrom(serialized);

    public static ImageSize? SizeOf(int width, int height) =>
        width == 0 ? null : new ImageSize { Width = (uint)width, Height = (uint)height };
}
