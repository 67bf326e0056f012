using Delg.Imaging;

namespace Delg.Model.Tests.Parity;

/// <summary>Waves with noise: detail at every scale, and no two positions alike.</summary>
internal static class DrawnNoise
{
    public static RgbImage Picture(int width, int height, int seed)
    {
        var random = new Random(seed);
        var picture = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width * RgbImage.Channels; x++)
                picture.Row(y)[x] = (byte)(110 + 70 * Math.Sin(x * 0.031 + y * 0.047 * (x % 3 + 1)) * Math.Cos(y * 0.09) + random.Next(70));
        }
        return picture;
    }
}
