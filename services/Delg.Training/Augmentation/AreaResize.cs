using Delg.Imaging;

namespace Delg.Training.Augmentation;

/// <summary>Resizing by averaging: a pixel of the result is the mean of the source's area that it covers, parts of pixels included.</summary>
internal static class AreaResize
{
    /// <summary>A box of the source, given in whole pixels, as a square of <paramref name="side"/> pixels.</summary>
    public static RgbImage Square(RgbImage source, int left, int top, int width, int height, int side)
    {
        float[] sums = new float[side * RgbImage.Channels];
        float[] row = new float[side * RgbImage.Channels];
        var square = new RgbImage(side, side);
        double across = (double)width / side, down = (double)height / side;
        for (int y = 0; y < side; y++)
        {
            Array.Clear(sums);
            double from = y * down, to = (y + 1) * down;
            for (int at = (int)from; at < to && at < height; at++)
            {
                AverageRow(source.Row(top + at).Slice(left * RgbImage.Channels, width * RgbImage.Channels), row, across);
                float share = Share(at, from, to);
                for (int i = 0; i < sums.Length; i++) sums[i] += row[i] * share;
            }
            Span<byte> target = square.Row(y);
            for (int i = 0; i < sums.Length; i++) target[i] = (byte)Math.Clamp(sums[i] + 0.5f, 0, 255);
        }
        return square;
    }

    private static void AverageRow(ReadOnlySpan<byte> source, float[] target, double across)
    {
        int width = source.Length / RgbImage.Channels;
        Array.Clear(target);
        for (int x = 0; x < target.Length / RgbImage.Channels; x++)
        {
            double from = x * across, to = (x + 1) * across;
            for (int at = (int)from; at < to && at < width; at++)
            {
                float share = Share(at, from, to);
                for (int c = 0; c < RgbImage.Channels; c++) target[x * RgbImage.Channels + c] += source[at * RgbImage.Channels + c] * share;
            }
        }
    }

    /// <summary>What pixel <paramref name="at"/> contributes to the mean over [from, to).</summary>
    private static float Share(int at, double from, double to) => (float)((Math.Min(at + 1, to) - Math.Max(at, from)) / (to - from));
}
