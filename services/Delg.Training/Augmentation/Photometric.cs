using Delg.Imaging;
using Delg.Imaging.Decoding;

namespace Delg.Training.Augmentation;

/// <summary>Changes of light, colour and recording, in place.</summary>
internal static class Photometric
{
    private const float RedWeight = 0.299f, GreenWeight = 0.587f, BlueWeight = 0.114f;

    private static readonly ImageDecoder _decoder = new();

    /// <summary>Multiplies brightness, contrast (about the mean grey) and colour (about each pixel's grey).</summary>
    public static void Adjust(RgbImage image, float brightness, float contrast, float colour)
    {
        byte[] pixels = image.Pixels;
        double sum = 0;
        for (int i = 0; i < pixels.Length; i += RgbImage.Channels) sum += Grey(pixels, i);
        float mean = (float)(sum / (pixels.Length / RgbImage.Channels)) * brightness;
        for (int i = 0; i < pixels.Length; i += RgbImage.Channels)
        {
            float grey = Grey(pixels, i);
            for (int c = 0; c < RgbImage.Channels; c++)
            {
                float coloured = (grey + (pixels[i + c] - grey) * colour) * brightness;
                pixels[i + c] = Clip(mean + (coloured - mean) * contrast);
            }
        }
    }

    public static void Blur(RgbImage image, double sigma)
    {
        int radius = (int)Math.Ceiling(2 * sigma);
        float[] taps = new float[2 * radius + 1];
        for (int i = 0; i < taps.Length; i++) taps[i] = (float)Math.Exp(-(i - radius) * (i - radius) / (2 * sigma * sigma));
        float total = taps.Sum();
        for (int i = 0; i < taps.Length; i++) taps[i] /= total;
        byte[] between = new byte[image.Pixels.Length];
        int rowStep = image.Width * RgbImage.Channels;
        Pass(image.Pixels, between, image.Width, image.Height, RgbImage.Channels, rowStep, taps);
        Pass(between, image.Pixels, image.Height, image.Width, rowStep, RgbImage.Channels, taps);
    }

    /// <summary>Through a JPEG file and back.</summary>
    public static RgbImage Recompress(RgbImage image, int quality) => _decoder.Decode(ImageEncoder.Jpeg(image, quality));

    private static void Pass(byte[] from, byte[] to, int along, int across, int step, int acrossStep, float[] taps)
    {
        int radius = taps.Length / 2;
        for (int a = 0; a < across; a++)
        {
            for (int i = 0; i < along; i++)
            {
                float r = 0, g = 0, b = 0;
                for (int t = 0; t < taps.Length; t++)
                {
                    int at = a * acrossStep + Math.Clamp(i + t - radius, 0, along - 1) * step;
                    r += from[at] * taps[t];
                    g += from[at + 1] * taps[t];
                    b += from[at + 2] * taps[t];
                }
                int target = a * acrossStep + i * step;
                to[target] = Clip(r);
                to[target + 1] = Clip(g);
                to[target + 2] = Clip(b);
            }
        }
    }

    private static float Grey(byte[] pixels, int at) => RedWeight * pixels[at] + GreenWeight * pixels[at + 1] + BlueWeight * pixels[at + 2];

    private static byte Clip(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
