namespace Delg.Training;

/// <summary>Where a part of the finished model comes from.</summary>
public enum HeadSource
{
    /// <summary>As training left it.</summary>
    Learned,

    /// <summary>Estimated anew from the trained trunk's features of the training photos.</summary>
    Estimated,
}

/// <summary>What is done to the network after its last step.</summary>
public sealed record FinishingOptions
{
    /// <summary>
    /// Share of the weights the run began with in the average that is kept, 0 to 1. Averaging keeps what fine-tuning loses on photos
    /// unlike the training's.
    /// </summary>
    public double StartShare { get; init; }

    /// <summary>The embedding layer; estimated, it is the PCA whitening of GeM features.</summary>
    public HeadSource Whitening { get; init; } = HeadSource.Learned;

    /// <summary>The autoencoder; estimated, it is the PCA of shallow features.</summary>
    public HeadSource Autoencoder { get; init; } = HeadSource.Estimated;

    /// <summary>The attention; estimated, its score follows the length of the shallow feature.</summary>
    public HeadSource Attention { get; init; } = HeadSource.Learned;

    /// <summary>The attention threshold is this quantile of the scores on training photos; the paper takes the median.</summary>
    public double ThresholdQuantile { get; init; } = 0.5;

    /// <summary>Every value that is out of its range, as a sentence each.</summary>
    public IEnumerable<string> FindMistakes()
    {
        if (!(StartShare is >= 0 and <= 1)) yield return $"StartShare must be 0 to 1, not {StartShare}.";
        if (!(ThresholdQuantile is >= 0 and < 1)) yield return $"ThresholdQuantile must be 0 to below 1, not {ThresholdQuantile}.";
    }
}
