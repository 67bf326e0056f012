using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.Imaging.Resizing;

/// <summary>
/// The resize the published DELG recipe was measured with: Pillow's BILINEAR, which widens its triangle filter when shrinking
/// (so it antialiases), works in two passes (rows first, then columns) and rounds to 8 bits after each. Results equal Pillow's byte for byte.
/// </summary>
public static class PillowResize
{
    /// <summary>Below this many multiply-adds a pass stays on the calling thread.</summary>
    private const long ParallelWork = 4_000_000;

    private const int Half = 1 << (TriangleTaps.PrecisionBits - 1);

    /// <summary>Resizes to <paramref name="width"/> × <paramref name="height"/> pixels, each axis by its own factor.</summary>
    /// <returns>A new picture; when the size is already right, the source itself.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1 pixel.</exception>
    public static RgbImage Bilinear(RgbImage source, int width, int height) => Bilinear(source, width, height, Avx2.IsSupported);

    internal static RgbImage Bilinear(RgbImage source, int width, int height, bool vectorised)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (width == source.Width && height == source.Height)
            return source;
        if (height == source.Height)
        {
            var narrowed = NewImage(width, height);
            AlongRows(source.Pixels, source.Width, narrowed.Pixels, width, height, vectorised);
            return narrowed;
        }

        if (width == source.Width)
        {
            var shortened = NewImage(width, height);
            AlongColumns(source.Pixels, source.Height, shortened.Pixels, width, height, vectorised);
            return shortened;
        }

        int between = checked(width * source.Height * RgbImage.Channels);
        byte[] rows = ArrayPool<byte>.Shared.Rent(between);
        try
        {
            AlongRows(source.Pixels, source.Width, rows, width, source.Height, vectorised);
            var result = NewImage(width, height);
            AlongColumns(rows, source.Height, result.Pixels, width, height, vectorised);
            return result;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rows);
        }
    }

    private static RgbImage NewImage(int width, int height) =>
        new(width, height, GC.AllocateUninitializedArray<byte>(checked(width * height * RgbImage.Channels)));

    private static void AlongRows(byte[] source, int sourceWidth, byte[] target, int width, int rows, bool vectorised)
    {
        var taps = new TriangleTaps(sourceWidth, width);
        int sourceRow = sourceWidth * RgbImage.Channels;
        int targetRow = width * RgbImage.Channels;
        ForRows(rows, (long)width * taps.Stride, y =>
        {
            var from = source.AsSpan(y * sourceRow, sourceRow);
            var to = target.AsSpan(y * targetRow, targetRow);
            if (vectorised)
                RowAvx2(from, to, taps);
            else
                RowScalar(from, to, taps, 0);
        });
    }

    private static void AlongColumns(byte[] source, int sourceHeight, byte[] target, int width, int height, bool vectorised)
    {
        var taps = new TriangleTaps(sourceHeight, height);
        int row = width * RgbImage.Channels;
        ForRows(height, (long)row * taps.Counts[height / 2] / RgbImage.Channels, y =>
        {
            var from = source.AsSpan(taps.Starts[y] * row, taps.Counts[y] * row);
            var weights = taps.Weights.AsSpan(y * taps.Stride, taps.Counts[y]);
            var to = target.AsSpan(y * row, row);
            if (vectorised)
                ColumnsAvx2(from, to, weights);
            else
                ColumnsScalar(from, to, weights, 0);
        });
    }

    private static void ForRows(int rows, long workPerRow, Action<int> row)
    {
        if (rows * workPerRow < ParallelWork || Environment.ProcessorCount == 1)
        {
            for (int y = 0; y < rows; y++)
                row(y);
        }
        else
        {
            Parallel.For(0, rows, row);
        }
    }

    private static void RowScalar(ReadOnlySpan<byte> source, Span<byte> target, TriangleTaps taps, int firstPixel)
    {
        for (int x = firstPixel; x < taps.Starts.Length; x++)
        {
            var weights = taps.Weights.AsSpan(x * taps.Stride, taps.Counts[x]);
            var window = source.Slice(taps.Starts[x] * RgbImage.Channels, weights.Length * RgbImage.Channels);
            int r = Half, g = Half, b = Half;
            for (int t = 0, at = 0; t < weights.Length; t++, at += RgbImage.Channels)
            {
                r += window[at] * weights[t];
                g += window[at + 1] * weights[t];
                b += window[at + 2] * weights[t];
            }

            target[x * RgbImage.Channels] = Clip(r);
            target[x * RgbImage.Channels + 1] = Clip(g);
            target[x * RgbImage.Channels + 2] = Clip(b);
        }
    }

    /// <summary>Four taps (twelve bytes) a step: spread to one 32-bit lane per channel, multiply, add. Integer sums have no order, so this is exact.</summary>
    private static void RowAvx2(ReadOnlySpan<byte> source, Span<byte> target, TriangleTaps taps)
    {
        var spread = Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255);
        var lowWeights = Vector256.Create(0, 0, 0, 0, 1, 1, 1, 1);
        var highWeights = Vector256.Create(2, 2, 2, 2, 3, 3, 3, 3);
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref int weights = ref MemoryMarshal.GetArrayDataReference(taps.Weights);
        for (int x = 0; x < taps.Starts.Length; x++)
        {
            int steps = (taps.Counts[x] + TriangleTaps.Padding - 1) / TriangleTaps.Padding;
            int at = taps.Starts[x] * RgbImage.Channels;
            // A step reads sixteen bytes; the last windows of a row would read past its end.
            if (at + (steps - 1) * 12 + 16 > source.Length)
            {
                RowScalar(source, target, taps, x);
                return;
            }

            var sum = Vector256.Create(Half, Half, Half, Half, 0, 0, 0, 0);
            int tap = x * taps.Stride;
            for (int step = 0; step < steps; step++, at += 12, tap += TriangleTaps.Padding)
            {
                var lanes = Ssse3.Shuffle(Vector128.LoadUnsafe(ref from, (nuint)at), spread);
                var four = Vector128.LoadUnsafe(ref weights, (nuint)tap).ToVector256Unsafe();
                var low = Avx2.ConvertToVector256Int32(lanes);
                var high = Avx2.ConvertToVector256Int32(Vector128.Shuffle(lanes.AsUInt64(), Vector128.Create(1UL, 1UL)).AsByte());
                sum += Avx2.MultiplyLow(low, Avx2.PermuteVar8x32(four, lowWeights));
                sum += Avx2.MultiplyLow(high, Avx2.PermuteVar8x32(four, highWeights));
            }

            var total = Vector128.ShiftRightArithmetic(sum.GetLower() + sum.GetUpper(), TriangleTaps.PrecisionBits);
            var words = Sse2.PackSignedSaturate(total, total);
            uint packed = Sse2.PackUnsignedSaturate(words, words).AsUInt32().ToScalar();
            int to = x * RgbImage.Channels;
            target[to] = (byte)packed;
            target[to + 1] = (byte)(packed >> 8);
            target[to + 2] = (byte)(packed >> 16);
        }
    }

    private static void ColumnsScalar(ReadOnlySpan<byte> source, Span<byte> target, ReadOnlySpan<int> weights, int first)
    {
        int row = target.Length;
        for (int x = first; x < row; x++)
        {
            int sum = Half;
            for (int t = 0, at = x; t < weights.Length; t++, at += row)
                sum += source[at] * weights[t];
            target[x] = Clip(sum);
        }
    }

    private static void ColumnsAvx2(ReadOnlySpan<byte> source, Span<byte> target, ReadOnlySpan<int> weights)
    {
        int row = target.Length;
        ref byte from = ref MemoryMarshal.GetReference(source);
        int x = 0;
        for (; x + 16 <= row; x += 16)
        {
            var low = Vector256.Create(Half);
            var high = low;
            nuint at = (nuint)x;
            for (int t = 0; t < weights.Length; t++, at += (nuint)row)
            {
                var bytes = Vector128.LoadUnsafe(ref from, at);
                var weight = Vector256.Create(weights[t]);
                low += Avx2.MultiplyLow(Avx2.ConvertToVector256Int32(bytes), weight);
                high += Avx2.MultiplyLow(Avx2.ConvertToVector256Int32(Vector128.Shuffle(bytes.AsUInt64(), Vector128.Create(1UL, 1UL)).AsByte()), weight);
            }

            low = Vector256.ShiftRightArithmetic(low, TriangleTaps.PrecisionBits);
            high = Vector256.ShiftRightArithmetic(high, TriangleTaps.PrecisionBits);
            var firstWords = Sse2.PackSignedSaturate(low.GetLower(), low.GetUpper());
            var lastWords = Sse2.PackSignedSaturate(high.GetLower(), high.GetUpper());
            Sse2.PackUnsignedSaturate(firstWords, lastWords).CopyTo(target[x..]);
        }

        ColumnsScalar(source, target, weights, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Clip(int fixedPoint) => (byte)Math.Clamp(fixedPoint >> TriangleTaps.PrecisionBits, 0, 255);
}
