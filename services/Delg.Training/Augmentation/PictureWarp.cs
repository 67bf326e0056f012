using Delg.Imaging;

namespace Delg.Training.Augmentation;

/// <summary>Drawing one picture into another in perspective, with bilinear samples.</summary>
internal static class PictureWarp
{
    /// <summary>Fills a square crop with what a quadrilateral of the source shows; outside, the source is mirrored at its borders.</summary>
    public static RgbImage Cut(RgbImage source, Quadrilateral region, int side)
    {
        var crop = new RgbImage(side, side);
        Homography toSource = Homography.FromUnitSquare(region);
        for (int y = 0; y < side; y++)
        {
            Span<byte> row = crop.Row(y);
            for (int x = 0; x < side; x++)
            {
                (double sx, double sy) = toSource.Apply((x + 0.5) / side, (y + 0.5) / side);
                Sample(source, sx - 0.5, sy - 0.5, row.Slice(x * RgbImage.Channels, RgbImage.Channels));
            }
        }
        return crop;
    }

    /// <summary>Draws the whole source into a quadrilateral of the target.</summary>
    public static void Paste(RgbImage source, RgbImage target, Quadrilateral region)
    {
        Homography toUnit = Homography.FromUnitSquare(region).Inverse();
        ReadOnlySpan<(double X, double Y)> corners = [region.TopLeft, region.TopRight, region.BottomRight, region.BottomLeft];
        double left = target.Width, top = target.Height, right = 0, bottom = 0;
        foreach ((double x, double y) in corners)
        {
            left = Math.Min(left, x);
            right = Math.Max(right, x);
            top = Math.Min(top, y);
            bottom = Math.Max(bottom, y);
        }
        for (int y = Math.Max(0, (int)top); y < Math.Min(target.Height, (int)bottom + 1); y++)
        {
            Span<byte> row = target.Row(y);
            for (int x = Math.Max(0, (int)left); x < Math.Min(target.Width, (int)right + 1); x++)
            {
                (double u, double v) = toUnit.Apply(x + 0.5, y + 0.5);
                if (u is < 0 or >= 1 || v is < 0 or >= 1) continue;
                Sample(source, u * source.Width - 0.5, v * source.Height - 0.5, row.Slice(x * RgbImage.Channels, RgbImage.Channels));
            }
        }
    }

    private static void Sample(RgbImage source, double x, double y, Span<byte> pixel)
    {
        double floorX = Math.Floor(x), floorY = Math.Floor(y);
        int fx = (int)((x - floorX) * 256), fy = (int)((y - floorY) * 256);
        int x0 = Mirror((int)floorX, source.Width) * RgbImage.Channels, x1 = Mirror((int)floorX + 1, source.Width) * RgbImage.Channels;
        ReadOnlySpan<byte> upper = source.Row(Mirror((int)floorY, source.Height));
        ReadOnlySpan<byte> lower = source.Row(Mirror((int)floorY + 1, source.Height));
        for (int c = 0; c < RgbImage.Channels; c++)
        {
            int above = upper[x0 + c] * (256 - fx) + upper[x1 + c] * fx;
            int below = lower[x0 + c] * (256 - fx) + lower[x1 + c] * fx;
            pixel[c] = (byte)((above * (256 - fy) + below * fy + (1 << 15)) >> 16);
        }
    }

    private static int Mirror(int index, int count)
    {
        if ((uint)index < (uint)count) return index;
        int period = 2 * count;
        index %= period;
        if (index < 0) index += period;
        return index < count ? index : period - 1 - index;
    }
}
