namespace Delg.Training.Data;

/// <summary>One step's input.</summary>
/// <param name="Pixels">Count × side × side × 3 bytes: R, G, B interleaved.</param>
/// <param name="Labels">The class of each crop.</param>
/// <param name="Side">Side of a crop in pixels.</param>
internal sealed record CropBatch(byte[] Pixels, long[] Labels, int Side);
