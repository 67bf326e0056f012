using Delg.Imaging;
using Delg.Imaging.Decoding;

namespace Delg.Training.Data;

public sealed class PhotoCacheTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("delg-cache").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Load_OfLargePhotos_HoldsThemApartFromShortLivedArrays()
    {
        const int Count = 8, Side = 400, HeapOfPinnedObjects = 4;
        TrainingPhoto[] photos = [.. Enumerable.Range(0, Count).Select(i => new TrainingPhoto(Path.Combine(_root, $"{i}.png"), "", i))];
        foreach (TrainingPhoto photo in photos) File.WriteAllBytes(photo.Path, ImageEncoder.Png(DrawnPhotos.Stripes(photo.Label, Side, Side)));
        PhotoCache cache = PhotoCache.Load(photos, Side, cancellation: TestContext.Current.CancellationToken);
        GC.Collect();
        Assert.True(GC.GetGCMemoryInfo(GCKind.FullBlocking).GenerationInfo[HeapOfPinnedObjects].SizeAfterBytes >= Count * Side * Side * RgbImage.Channels);
        Assert.Equal(DrawnPhotos.Stripes(3, Side, Side).Pixels, cache[3].Pixels);
    }
}
