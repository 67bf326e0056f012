using Delg.Imaging;
using Delg.Imaging.Resizing;
using Delg.Training.Data;
using Delg.Training.FeatureMaps;

namespace Delg.Training.Validating;

/// <summary>The photos held back, as batches that are the same each time.</summary>
internal sealed class HeldPhotos(IReadOnlyList<TrainingPhoto> photos, PhotoCache cache, int side)
{
    private const int BatchSize = 16;

    public int Count => photos.Count;

    /// <summary>Whole photos squeezed to squares.</summary>
    public CropBatch Crops(long first, int count)
    {
        int cropBytes = side * side * RgbImage.Channels;
        byte[] pixels = new byte[count * cropBytes];
        for (int i = 0; i < count; i++)
            PillowResize.Bilinear(cache[(int)first + i], side, side).Pixels.CopyTo(pixels, i * cropBytes);
        return new CropBatch(pixels, Labels(first, count), side);
    }

    public IEnumerable<TrainingBatch> Batches() => Ranges().Select(r => Crops(r.First, r.Count));

    /// <summary>The same batches from a file that holds the maps of all crops in order.</summary>
    public IEnumerable<TrainingBatch> Batches(MapFile maps) =>
        Ranges().Select(r => maps.Read([.. Enumerable.Range(0, r.Count).Select(i => r.First + i)], Labels(r.First, r.Count)));

    private IEnumerable<(long First, int Count)> Ranges()
    {
        for (int first = 0; first < photos.Count; first += BatchSize) yield return (first, Math.Min(BatchSize, photos.Count - first));
    }

    private long[] Labels(long first, int count) => [.. Enumerable.Range(0, count).Select(i => (long)photos[(int)first + i].Label)];
}
