namespace Delg.Training.Data;

public class SampleOrderTests
{
    // Class 0 has one photo, class 1 three, class 2 six.
    private static readonly TrainingPhoto[] _photos = [.. new[] { 0, 1, 1, 1, 2, 2, 2, 2, 2, 2 }.Select((label, i) => new TrainingPhoto($"{i}", "", label))];

    [Fact]
    public void ByPhoto_OverEpochs_TakesEachPhotoOnceAnEpochInAnotherOrder()
    {
        SampleOrder order = SampleOrder.ByPhoto(_photos, seed: 3);
        int[][] epochs = [.. Enumerable.Range(0, 4).Select(e => Enumerable.Range(0, 10).Select(i => order.PhotoOf(e * 10 + i)).ToArray())];
        Assert.All(epochs, e => Assert.Equal(Enumerable.Range(0, 10), e.Order()));
        Assert.Equal(4, epochs.Select(e => string.Join(',', e)).Distinct().Count());
    }

    [Fact]
    public void ByClass_OverRounds_TakesClassesEquallyAndTheirPhotosInTurn()
    {
        SampleOrder order = SampleOrder.ByClass(_photos, seed: 3);
        int[] drawn = [.. Enumerable.Range(0, 3 * 12).Select(s => order.PhotoOf(s))];
        Assert.All(drawn.Chunk(3), round => Assert.Equal([0, 1, 2], round.Select(p => _photos[p].Label).Order()));
        Assert.Equal([12, 4, 4, 4, 2, 2, 2, 2, 2, 2], Enumerable.Range(0, 10).Select(p => drawn.Count(d => d == p)));
    }

    [Fact]
    public void PhotoOf_AnEarlierSampleAskedAgain_IsTheSame()
    {
        foreach (SampleOrder order in new[] { SampleOrder.ByPhoto(_photos, seed: 3), SampleOrder.ByClass(_photos, seed: 3) })
        {
            int[] first = [.. Enumerable.Range(0, 60).Select(s => order.PhotoOf(s))];
            Assert.Equal(first, Enumerable.Range(0, 60).Select(s => order.PhotoOf(s)));
        }
    }
}
