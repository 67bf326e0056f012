using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Delg.Imaging.Geometry;

/// <summary>
/// Lays a picture over another under a homography, sampling bilinearly between pixel centres. Nothing is allocated. Sampling does not
/// antialias: shrink the source first where the map shrinks it by more than about two.
/// </summary>
public static class PerspectiveWarp
{
    private const int WeightBits = 8;
    private const int One = 1 << WeightBits;

    /// <summary>A new picture of the given size that shows the source under the map, and <paramref name="fill"/> elsewhere.</summary>
    /// <param name="source">The picture to show.</param>
    /// <param name="sourceToTarget">From positions in the source to positions in the new picture.</param>
    /// <param name="width">Columns of the new picture.</param>
    /// <param name="height">Rows of the new picture.</param>
    /// <param name="fill">Grey level, 0 to 255, where the source does not reach.</param>
    public static RgbImage Apply(RgbImage source, Homography sourceToTarget, int width, int height, byte fill = 0)
    {
        var target = new RgbImage(width, height);
        if (fill != 0)
            Array.Fill(target.Pixels, fill);
        Blend(source, sourceToTarget, target);
        return target;
    }

    /// <summary>Lays the source over <paramref name="target"/>, in place. The source's outline is softened over one of its pixels.</summary>
    /// <param name="source">The picture to lay.</param>
    /// <param name="sourceToTarget">From positions in the source to positions in the target.</param>
    /// <param name="target">The background, changed where the source lands.</param>
    /// <param name="mask">Opacity of every source pixel, 0 to 255, width × height of them; empty for an opaque source.</param>
    /// <exception cref="ArgumentException">The map has no inverse, or the mask's length is wrong.</exception>
    public static void Blend(RgbImage source, Homography sourceToTarget, RgbImage target, ReadOnlySpan<byte> mask = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        if (!mask.IsEmpty && mask.Length != source.Width * source.Height)
            throw new ArgumentException($"A mask of {source.Width}x{source.Height} takes {source.Width * source.Height} bytes, not {mask.Length}.", nameof(mask));

        var back = sourceToTarget.Inverse();
        // Points the viewer faces have the sign of the source centre's w; the others lie behind the horizon.
        var centre = new PlanePoint(source.Width / 2.0, source.Height / 2.0);
        double side = Math.Sign(sourceToTarget.G * centre.X + sourceToTarget.H * centre.Y + sourceToTarget.I);
        var middle = sourceToTarget.Map(centre);
        double facing = Math.Sign(back.G * middle.X + back.H * middle.Y + back.I);
        var (left, top, right, bottom) = Bounds(source, sourceToTarget, target, side);

        for (int y = top; y < bottom; y++)
        {
            var row = target.Row(y);
            double py = y + 0.5;
            double u = back.B * py + back.C, v = back.E * py + back.F, w = back.H * py + back.I;
            for (int x = left; x < right; x++)
            {
                double px = x + 0.5;
                double depth = back.G * px + w;
                if (depth * facing <= 0)
                    continue;
                double inverse = 1 / depth;
                float sx = (float)((back.A * px + u) * inverse);
                float sy = (float)((back.D * px + v) * inverse);
                float inside = Math.Min(Math.Min(sx, source.Width - sx), Math.Min(sy, source.Height - sy)) + 0.5f;
                if (!(inside > 0))
                    continue;
                Sample(source, mask, sx - 0.5f, sy - 0.5f, Math.Min(inside, 1), row.Slice(x * RgbImage.Channels, RgbImage.Channels));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sample(RgbImage source, ReadOnlySpan<byte> mask, float sx, float sy, float coverage, Span<byte> pixel)
    {
        float cx = Math.Clamp(sx, 0, source.Width - 1);
        float cy = Math.Clamp(sy, 0, source.Height - 1);
        int x0 = (int)cx, y0 = (int)cy;
        int fx = (int)((cx - x0) * One + 0.5f), fy = (int)((cy - y0) * One + 0.5f);
        int right = x0 + 1 < source.Width ? 1 : 0;
        int below = y0 + 1 < source.Height ? source.Width : 0;
        int at = y0 * source.Width + x0;
        int w11 = fx * fy, w10 = (fx << WeightBits) - w11, w01 = (fy << WeightBits) - w11, w00 = (One << WeightBits) - w11 - w10 - w01;

        int opacity = (int)(coverage * One + 0.5f);
        if (!mask.IsEmpty)
        {
            int sampled = mask[at] * w00 + mask[at + right] * w10 + mask[at + below] * w01 + mask[at + below + right] * w11;
            opacity = (int)((long)opacity * sampled / (255 << (2 * WeightBits)));
        }

        ref byte p = ref MemoryMarshal.GetArrayDataReference(source.Pixels);
        nint p00 = (nint)at * 3, p10 = p00 + right * 3, p01 = p00 + (nint)below * 3, p11 = p01 + right * 3;
        Vector128<int> sum;
        // Four bytes are read for a pixel's three; only the last pixel of all has no byte behind it.
        if (p11 + 4 <= source.Pixels.Length)
        {
            sum = Lanes(ref p, p00) * w00 + Lanes(ref p, p10) * w10 + Lanes(ref p, p01) * w01 + Lanes(ref p, p11) * w11;
        }
        else
        {
            sum = Vector128.Create(Mix(ref p, 0), Mix(ref p, 1), Mix(ref p, 2), 0);
        }

        sum = Vector128.ShiftRightArithmetic(sum + Vector128.Create(1 << (2 * WeightBits - 1)), 2 * WeightBits);
        if (opacity < One)
        {
            var background = Vector128.Create(pixel[0], pixel[1], pixel[2], 0);
            sum = background + Vector128.ShiftRightArithmetic((sum - background) * opacity + Vector128.Create(One / 2), WeightBits);
        }

        pixel[2] = (byte)sum.GetElement(2);
        pixel[1] = (byte)sum.GetElement(1);
        pixel[0] = (byte)sum.GetElement(0);

        int Mix(ref byte p, int channel) =>
            Unsafe.Add(ref p, p00 + channel) * w00 + Unsafe.Add(ref p, p10 + channel) * w10
            + Unsafe.Add(ref p, p01 + channel) * w01 + Unsafe.Add(ref p, p11 + channel) * w11;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Lanes(ref byte pixels, nint at)
    {
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref pixels, at))).AsByte();
        return Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
    }

    /// <summary>The target's part that the source can reach; all of it when the source crosses the horizon.</summary>
    private static (int Left, int Top, int Right, int Bottom) Bounds(RgbImage source, Homography map, RgbImage target, double side)
    {
        ReadOnlySpan<PlanePoint> corners = [new(-1, -1), new(source.Width + 1, -1), new(source.Width + 1, source.Height + 1), new(-1, source.Height + 1)];
        double left = double.MaxValue, top = double.MaxValue, right = double.MinValue, bottom = double.MinValue;
        foreach (var corner in corners)
        {
            if ((map.G * corner.X + map.H * corner.Y + map.I) * side <= 0)
                return (0, 0, target.Width, target.Height);
            var p = map.Map(corner);
            left = Math.Min(left, p.X);
            right = Math.Max(right, p.X);
            top = Math.Min(top, p.Y);
            bottom = Math.Max(bottom, p.Y);
        }

        return (
            (int)Math.Clamp(Math.Floor(left), 0, target.Width), (int)Math.Clamp(Math.Floor(top), 0, target.Height),
            (int)Math.Clamp(Math.Ceiling(right), 0, target.Width), (int)Math.Clamp(Math.Ceiling(bottom), 0, target.Height));
    }
}
