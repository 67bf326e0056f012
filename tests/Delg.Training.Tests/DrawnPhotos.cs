using Delg.Imaging;

namespace Delg.Training;

internal static class DrawnPhotos
{
    /// <summary>Two waves of colour, another pair for each number.</summary>
    public static RgbImage Stripes(int number, int width, int height)
    {
        var random = new Random(number);
        double angle = random.NextDouble() * Math.PI, frequency = 0.1 + random.NextDouble() * 0.5;
        (double sin, double cos) = Math.SinCos(angle);
        byte[] colour = new byte[3];
        random.NextBytes(colour);
        var image = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = image.Row(y);
            for (int x = 0; x < width; x++)
            {
                double wave = Math.Sin((x * cos + y * sin) * frequency) + Math.Sin((y * cos - x * sin) * frequency * 0.4);
                for (int c = 0; c < 3; c++) row[3 * x + c] = (byte)(128 + (colour[c] - 128) * wave / 2);
            }
        }
        return image;
    }

    /// <summary>A part of the waves with a number, another part for each view, in another light.</summary>
    public static RgbImage View(int number, int view, int width, int height)
    {
        RgbImage whole = Stripes(number, width * 2, height * 2);
        var random = new Random(1000 * number + view);
        int left = random.Next(width), top = random.Next(height);
        double light = 0.75 + random.NextDouble() * 0.5;
        var image = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            Span<byte> from = whole.Row(top + y)[(left * 3)..], to = image.Row(y);
            for (int i = 0; i < to.Length; i++) to[i] = (byte)Math.Clamp(from[i] * light, 0, 255);
        }
        return image;
    }

    public static RgbImage Plain(byte red, byte green, byte blue)
    {
        var image = new RgbImage(64, 64);
        for (int i = 0; i < image.Pixels.Length; i += 3) (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]) = (red, green, blue);
        return image;
    }
}
