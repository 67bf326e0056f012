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
        PhotoCache cache = PhotoCache.Load(Draw(Count, Side), Side, maxMegabytes: 100, threads: 2, cancellation: TestContext.Current.CancellationToken);
        // A collection asked for while one in the background ends may be answered by that one, which the figures of blocking ones leave out.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                return GC.GetGCMemoryInfo(GCKind.FullBlocking).GenerationInfo[HeapOfPinnedObjects].SizeAfterBytes >= Count * Side * Side * RgbImage.Channels;
            },
            TimeSpan.FromSeconds(20)));
        Assert.Equal(DrawnPhotos.Stripes(3, Side, Side).Pixels, cache[3].Pixels);
    }

    [Fact]
    public void Load_BeyondItsBound_DecodesAgainAtEachUse()
    {
        TrainingPhoto[] photos = Draw(4, 80);
        PhotoCache held = PhotoCache.Load(photos, 60, maxMegabytes: 1, threads: 2, cancellation: TestContext.Current.CancellationToken);
        PhotoCache read = PhotoCache.Load(photos, 60, maxMegabytes: 0, threads: 2, cancellation: TestContext.Current.CancellationToken);
        for (int i = 0; i < photos.Length; i++) Assert.Equal(held[i].Pixels, read[i].Pixels);
        Assert.Same(held[1], held[1]);
        Assert.NotSame(read[1], read[1]);
    }

    [Fact]
    public void Load_OfADamagedPhoto_NamesIt()
    {
        TrainingPhoto[] photos = Draw(3, 40);
        File.WriteAllBytes(photos[1].Path, [1, 2, 3]);
        AggregateException error = Assert.Throws<AggregateException>(
            () => PhotoCache.Load(photos, 40, maxMegabytes: 1, threads: 1, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("1.png", Assert.IsType<ImageDecodeException>(error.InnerException).Message, StringComparison.Ordinal);
    }

    private TrainingPhoto[] Draw(int count, int side)
    {
        TrainingPhoto[] photos = [.. Enumerable.Range(0, count).Select(i => new TrainingPhoto(Path.Combine(_root, $"{i}.png"), "", i))];
        foreach (TrainingPhoto photo in photos) File.WriteAllBytes(photo.Path, ImageEncoder.Png(DrawnPhotos.Stripes(photo.Label, side, side)));
        return photos;
    }
}
