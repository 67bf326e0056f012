using Delg.Imaging;

namespace Delg.Training.Augmentation;

/// <summary>
/// The published crop (TensorFlow's sample_distorted_bounding_box with the whole picture as its one object): an aspect, then a height that
/// brings the area into its range, then a place, each drawn evenly; the box is brought to a square by averaging over areas.
/// </summary>
internal static class DistortedBox
{
    // A box that does not fit is drawn again this often, as published; after that the whole picture is taken.
    private const int Attempts = 100;

    public static RgbImage Cut(RgbImage photo, Random random, double minimumArea, double maximumAspect, int side)
    {
        (int x, int y, int width, int height) = Draw(photo.Width, photo.Height, random, minimumArea, maximumAspect);
        return AreaResize.Square(photo, x, y, width, height, side);
    }

    internal static (int X, int Y, int Width, int Height) Draw(int photoWidth, int photoHeight, Random random, double minimumArea, double maximumAspect)
    {
        double area = (double)photoWidth * photoHeight;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double aspect = 1 / maximumAspect + random.NextDouble() * (maximumAspect - 1 / maximumAspect);
            int lowest = (int)Math.Round(Math.Sqrt(minimumArea * area / aspect));
            int highest = (int)Math.Min(Math.Min(Math.Sqrt(area / aspect), photoWidth / aspect), photoHeight);
            if (lowest > highest) continue;
            int height = random.Next(lowest, highest + 1);
            int width = (int)Math.Round(height * aspect);
            if (height < 1 || width < 1 || width > photoWidth || (double)width * height < minimumArea * area) continue;
            return (random.Next(photoWidth - width + 1), random.Next(photoHeight - height + 1), width, height);
        }
        return (0, 0, photoWidth, photoHeight);
    }
}
