namespace Delg.Extractor.Queueing;

/// <summary>How long the network takes for an image, by what it took lately. Not for several threads at once.</summary>
internal sealed class ExtractionPace
{
    // Part of the newest time in the mean: a change of size or load shows after a few images.
    private const double NewestShare = 0.2;

    // Kept in reserve, as the images that wait may be larger than those before.
    private const double Reserve = 1.25;

    private double? _secondsEach;

    /// <summary>Notes one pass.</summary>
    /// <param name="inference">Its time.</param>
    /// <param name="images">Images it was for, 1 or more.</param>
    public void Record(TimeSpan inference, int images)
    {
        var each = inference.TotalSeconds / images;
        _secondsEach = _secondsEach is { } before ? before + (NewestShare * (each - before)) : each;
    }

    /// <summary>Time for so many images, with a reserve; zero before any was done.</summary>
    public TimeSpan Of(int images) => TimeSpan.FromSeconds(images * (_secondsEach ?? 0) * Reserve);
}
