using Delg.Imaging;
using Delg.Imaging.Resizing;

namespace Delg.Training.Augmentation;

/// <summary>Makes training crops: a new viewpoint, clutter, light and recording for each. All chance comes from the generator it is given.</summary>
public sealed class Augmenter
{
    private readonly AugmentationOptions _options;

    /// <exception cref="ArgumentException">An option is out of range; the message names all that are.</exception>
    public Augmenter(AugmentationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string mistakes = string.Join(" ", options.FindMistakes());
        if (mistakes.Length > 0) throw new ArgumentException("Augmentation: " + mistakes, nameof(options));
        _options = options;
    }

    /// <summary>A square crop of <see cref="AugmentationOptions.CropPixels"/> a side.</summary>
    /// <param name="photo">The photo whose class the crop keeps.</param>
    /// <param name="another">Any other photo, for the background if the first is pasted.</param>
    /// <param name="random">Where chance comes from: the same state gives the same crop.</param>
    public RgbImage Crop(RgbImage photo, RgbImage another, Random random)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentNullException.ThrowIfNull(another);
        ArgumentNullException.ThrowIfNull(random);
        if (_options.Recipe == AugmentationRecipe.DistortedBox)
            return DistortedBox.Cut(photo, random, _options.MinimumArea, _options.MaximumAspect, _options.CropPixels);
        RgbImage crop = random.NextDouble() < _options.PasteProbability
            ? PasteOnto(Cut(another, random), photo, random)
            : Cut(photo, random);
        return ChangeLight(crop, random);
    }

    private RgbImage Cut(RgbImage photo, Random random)
    {
        double area = _options.MinimumArea + (1 - _options.MinimumArea) * random.NextDouble();
        double aspect = Math.Exp(Quadrilateral.Signed(random) * Math.Log(_options.MaximumAspect));
        double side = Math.Sqrt(area * photo.Width * photo.Height);
        double width = Math.Min(side * Math.Sqrt(aspect), photo.Width);
        double height = Math.Min(side / Math.Sqrt(aspect), photo.Height);
        double x = width / 2 + random.NextDouble() * (photo.Width - width);
        double y = height / 2 + random.NextDouble() * (photo.Height - height);
        Quadrilateral region = Quadrilateral.Jittered(random, x, y, width, height, _options.RotationDegrees, _options.CornerJitter);
        // The cache holds photos about as large as a crop, so that hardly ever a sample skips pixels: no antialiasing here.
        return PictureWarp.Cut(photo, region, _options.CropPixels);
    }

    private RgbImage PasteOnto(RgbImage background, RgbImage photo, Random random)
    {
        double share = _options.PasteMinimumSide + (_options.PasteMaximumSide - _options.PasteMinimumSide) * random.NextDouble();
        double factor = share * _options.CropPixels / Math.Max(photo.Width, photo.Height);
        double width = photo.Width * factor, height = photo.Height * factor;
        double x = width / 2 + random.NextDouble() * (_options.CropPixels - width);
        double y = height / 2 + random.NextDouble() * (_options.CropPixels - height);
        RgbImage sized = factor < 0.75
            ? PillowResize.Bilinear(photo, Math.Max(1, (int)Math.Round(width)), Math.Max(1, (int)Math.Round(height)))
            : photo;
        PictureWarp.Paste(sized, background, Quadrilateral.Jittered(random, x, y, width, height, _options.PasteRotationDegrees, _options.PasteCornerJitter));
        return background;
    }

    private RgbImage ChangeLight(RgbImage crop, Random random)
    {
        float brightness = Factor(), contrast = Factor(), colour = Factor();
        if (random.NextDouble() < _options.GreyProbability) colour = 0;
        Photometric.Adjust(crop, brightness, contrast, colour);
        if (random.NextDouble() < _options.BlurProbability) Photometric.Blur(crop, 0.5 + random.NextDouble());
        return random.NextDouble() < _options.JpegProbability
            ? Photometric.Recompress(crop, random.Next(_options.JpegMinimumQuality, _options.JpegMaximumQuality + 1))
            : crop;

        float Factor() => (float)(1 + Quadrilateral.Signed(random) * _options.PhotometricJitter);
    }
}
