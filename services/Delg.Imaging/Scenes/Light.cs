namespace Delg.Imaging.Scenes;

/// <summary>The light of one photo: exposure, contrast, colour of the lamp, a fall-off across the picture, and the sensor's noise.</summary>
internal static class Light
{
    public static void Fall(RgbImage photo, SceneRandom random)
    {
        double gain = random.Between(0.72, 1.2), gamma = random.Between(0.8, 1.25), warmth = random.Between(-0.1, 0.1);
        byte[][] curves = [Curve(gain * (1 + warmth), gamma), Curve(gain, gamma), Curve(gain * (1 - warmth), gamma)];
        double slope = random.Between(0, 0.5), angle = random.Between(0, 2 * Math.PI), vignette = random.Between(0, 0.35);
        double dx = slope * Math.Cos(angle) / photo.Width, dy = slope * Math.Sin(angle) / photo.Height;
        double noise = random.Between(1, 5);
        uint state = (uint)random.Seed() | 1;
        for (int y = 0; y < photo.Height; y++)
        {
            var row = photo.Row(y);
            double ry = (2.0 * y / photo.Height - 1) * (2.0 * y / photo.Height - 1);
            for (int x = 0; x < photo.Width; x++)
            {
                double rx = 2.0 * x / photo.Width - 1;
                double light = 1 + dx * (x - photo.Width * 0.5) + dy * (y - photo.Height * 0.5) - vignette * 0.5 * (rx * rx + ry);
                for (int channel = 0; channel < RgbImage.Channels; channel++)
                {
                    ref byte value = ref row[x * RgbImage.Channels + channel];
                    value = (byte)Math.Clamp(curves[channel][value] * light + noise * Grain(ref state) + 0.5, 0, 255);
                }
            }
        }
    }

    private static byte[] Curve(double gain, double gamma)
    {
        var curve = new byte[256];
        for (int i = 0; i < curve.Length; i++)
            curve[i] = (byte)Math.Clamp(255 * gain * Math.Pow(i / 255.0, gamma) + 0.5, 0, 255);
        return curve;
    }

    /// <summary>About normal with deviation 1: the four bytes of one xorshift step, added and centred.</summary>
    private static double Grain(ref uint state)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        uint sum = (state & 255) + ((state >> 8) & 255) + ((state >> 16) & 255) + (state >> 24);
        // Each byte has variance (256² − 1) / 12, the four together a deviation of 147.8.
        return (sum - 510.0) / 147.8;
    }
}
