namespace Delg.Training.Augmentation;

/// <summary>How a training crop is made from a photo. Probabilities lie in [0, 1]; shares are of the side or area they speak of.</summary>
public sealed record AugmentationOptions
{
    /// <summary>
    /// DELG's published augmentation: a distorted box of the photo, 8 to 100 % of its area, sides 3 : 4 to 4 : 3, brought to a square by averaging
    /// over areas; no mirroring, nothing else. Published for crops of 321 pixels (the paper: 512).
    /// </summary>
    public static AugmentationOptions Published { get; } = new() { Recipe = AugmentationRecipe.DistortedBox, MinimumArea = 0.08 };

    /// <summary>What a crop undergoes; with <see cref="AugmentationRecipe.DistortedBox"/> only side, area and aspect below have a meaning.</summary>
    public AugmentationRecipe Recipe { get; init; } = AugmentationRecipe.Viewpoints;

    /// <summary>Side of the square crop, in pixels.</summary>
    public int CropPixels { get; init; } = 208;

    /// <summary>Smallest share of the photo's area that a crop shows; the largest is all of it.</summary>
    public double MinimumArea { get; init; } = 0.25;

    /// <summary>Widest ratio of a crop's sides, as width : height or the reverse.</summary>
    public double MaximumAspect { get; init; } = 4.0 / 3;

    /// <summary>How far each corner of a crop moves at most, as a share of its side: a change of viewpoint.</summary>
    public double CornerJitter { get; init; } = 0.15;

    /// <summary>A crop turns by up to this many degrees, either way.</summary>
    public double RotationDegrees { get; init; } = 20;

    /// <summary>Share of crops that are not cut from the photo but show all of it pasted onto a crop of another: clutter and scale.</summary>
    public double PasteProbability { get; init; }

    /// <summary>Long side of a pasted photo as a share of the crop's side, at least.</summary>
    public double PasteMinimumSide { get; init; } = 0.45;

    /// <summary>Long side of a pasted photo as a share of the crop's side, at most.</summary>
    public double PasteMaximumSide { get; init; } = 0.85;

    /// <summary>How far each corner of a pasted photo moves at most, as a share of its side.</summary>
    public double PasteCornerJitter { get; init; } = 0.14;

    /// <summary>A pasted photo turns by up to this many degrees, either way.</summary>
    public double PasteRotationDegrees { get; init; } = 25;

    /// <summary>Brightness, contrast and colour are each multiplied by 1 ± up to this.</summary>
    public double PhotometricJitter { get; init; } = 0.4;

    public double GreyProbability { get; init; } = 0.15;

    public double BlurProbability { get; init; } = 0.2;

    public double JpegProbability { get; init; } = 0.3;

    /// <summary>Lowest and highest JPEG quality, 1–100.</summary>
    public int JpegMinimumQuality { get; init; } = 20;

    /// <inheritdoc cref="JpegMinimumQuality"/>
    public int JpegMaximumQuality { get; init; } = 80;

    /// <summary>Every value that is out of its range, as a sentence each.</summary>
    public IEnumerable<string> FindMistakes()
    {
        if (!Enum.IsDefined(Recipe)) yield return $"Recipe has no value {(int)Recipe}.";
        if (CropPixels is < 32 or > 1024) yield return $"CropPixels must be 32 to 1024, not {CropPixels}.";
        if (!(MinimumArea > 0 && MinimumArea <= 1)) yield return $"MinimumArea must be above 0 and at most 1, not {MinimumArea}.";
        if (!(MaximumAspect is >= 1 and <= 4)) yield return $"MaximumAspect must be 1 to 4, not {MaximumAspect}.";
        if (!(CornerJitter is >= 0 and <= 0.3)) yield return $"CornerJitter must be 0 to 0.3, not {CornerJitter}.";
        if (!(PasteCornerJitter is >= 0 and <= 0.3)) yield return $"PasteCornerJitter must be 0 to 0.3, not {PasteCornerJitter}.";
        if (!(RotationDegrees is >= 0 and <= 180)) yield return $"RotationDegrees must be 0 to 180, not {RotationDegrees}.";
        if (!(PasteRotationDegrees is >= 0 and <= 180)) yield return $"PasteRotationDegrees must be 0 to 180, not {PasteRotationDegrees}.";
        if (!(PasteMinimumSide > 0.05 && PasteMinimumSide <= PasteMaximumSide && PasteMaximumSide <= 1))
            yield return $"PasteMinimumSide and PasteMaximumSide must rise within 0.05 to 1, not {PasteMinimumSide} to {PasteMaximumSide}.";
        if (!(PhotometricJitter is >= 0 and < 1)) yield return $"PhotometricJitter must be 0 to below 1, not {PhotometricJitter}.";
        foreach ((string name, double value) in new[]
        {
            (nameof(PasteProbability), PasteProbability), (nameof(GreyProbability), GreyProbability),
            (nameof(BlurProbability), BlurProbability), (nameof(JpegProbability), JpegProbability),
        })
        {
            if (!(value is >= 0 and <= 1)) yield return $"{name} must be 0 to 1, not {value}.";
        }
        if (!(JpegMinimumQuality >= 1 && JpegMinimumQuality <= JpegMaximumQuality && JpegMaximumQuality <= 100))
            yield return $"JpegMinimumQuality and JpegMaximumQuality must rise within 1 to 100, not {JpegMinimumQuality} to {JpegMaximumQuality}.";
    }
}
