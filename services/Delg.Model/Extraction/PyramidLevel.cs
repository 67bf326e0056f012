using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Delg.Imaging;
using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Model.Extraction;

/// <summary>
/// One level of the pyramid on the CPU: bilinear with half-pixel centres and without antialiasing, normalised, in the network's number type
/// and layout, in one walk over the pixels. The same by torch's operations takes five walks and, at the largest scale, 3 % of an extraction.
/// </summary>
internal static class PyramidLevel
{
    /// <summary>Rows that one thread does at a time: enough that the two source rows it keeps are mostly its own.</summary>
    private const int BandRows = 32;

    /// <summary>Resizes pictures of one size.</summary>
    /// <param name="pictures">At least one.</param>
    /// <param name="width">Columns of the level.</param>
    /// <param name="height">Rows of the level.</param>
    /// <param name="normalization">What the network wants done to colour values.</param>
    /// <param name="type">Float32 or BFloat16 (rounded to nearest, halves to even).</param>
    /// <returns>N×3×height×width, channels last.</returns>
    public static Tensor Of(IReadOnlyList<RgbImage> pictures, int width, int height, InputNormalization normalization, ScalarType type)
    {
        Tensor level = empty([pictures.Count, height, width, RgbImage.Channels], type);
        var columns = new Taps(pictures[0].Width, width);
        var rows = new Taps(pictures[0].Height, height);
        float[] deviation = normalization.Deviation.ToArray();
        float[] scale = [.. deviation.Select(d => 1 / d)];
        float[] shift = [.. normalization.Mean.ToArray().Zip(deviation, (mean, d) => -mean / d)];
        int first = normalization.Order == ChannelOrder.Rgb ? 0 : RgbImage.Channels - 1;
        int rowLength = width * RgbImage.Channels, bands = (height + BandRows - 1) / BandRows;
        nint memory = Address(level);
        nint rowBytes = rowLength * (type == ScalarType.BFloat16 ? sizeof(ushort) : sizeof(float));
        Parallel.For(0, bands * pictures.Count, band =>
        {
            RgbImage picture = pictures[band / bands];
            int from = band % bands * BandRows, to = Math.Min(from + BandRows, height);
            float[] upper = ArrayPool<float>.Shared.Rent(rowLength), lower = ArrayPool<float>.Shared.Rent(rowLength);
            int upperRow = -1, lowerRow = -1;
            for (int y = from; y < to; y++)
            {
                if (rows.Low[y] == lowerRow)
                {
                    (upper, lower) = (lower, upper);
                    (upperRow, lowerRow) = (lowerRow, upperRow);
                }
                if (rows.Low[y] != upperRow)
                    Stretch(picture.Row(upperRow = rows.Low[y]), upper, columns, first, scale, shift);
                if (rows.High[y] != lowerRow)
                    Stretch(picture.Row(lowerRow = rows.High[y]), lower, columns, first, scale, shift);
                nint target = memory + ((nint)(band / bands) * height + y) * rowBytes;
                if (type == ScalarType.BFloat16)
                    Blend(upper.AsSpan(0, rowLength), lower.AsSpan(0, rowLength), rows.Weight[y], RowAt<ushort>(target, rowLength));
                else
                    Blend(upper.AsSpan(0, rowLength), lower.AsSpan(0, rowLength), rows.Weight[y], RowAt<float>(target, rowLength));
            }
            ArrayPool<float>.Shared.Return(upper);
            ArrayPool<float>.Shared.Return(lower);
        });
        return level.permute(0, 3, 1, 2);
    }

    private static unsafe nint Address(Tensor tensor) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private static unsafe Span<T> RowAt<T>(nint address, int length) => new((void*)address, length);

    /// <summary>Along a row: source pixels to the level's columns, normalised.</summary>
    private static void Stretch(ReadOnlySpan<byte> source, float[] target, Taps columns, int first, float[] scale, float[] shift)
    {
        (float scale0, float scale1, float scale2) = (scale[0], scale[1], scale[2]);
        (float shift0, float shift1, float shift2) = (shift[0], shift[1], shift[2]);
        int last = RgbImage.Channels - 1 - first, x = 0, at = 0;
        // A pixel a step, in a register of four channels. The fourth, of the next pixel, is written over by the next step; where there is no
        // next pixel the loop ends.
        Vector128<float> scales = Vector128.Create(scale0, scale1, scale2, 0), shifts = Vector128.Create(shift0, shift1, shift2, 0);
        Vector128<int> order = Vector128.Create(first, 1, last, 3);
        int lastPixel = source.Length / RgbImage.Channels - 1;
        for (; x < columns.Low.Length - 1 && columns.High[x] < lastPixel; x++, at += RgbImage.Channels)
        {
            Vector128<float> low = Pixel(source, columns.Low[x]), high = Pixel(source, columns.High[x]);
            Vector128<float> between = low + (high - low) * columns.Weight[x];
            (Vector128.Shuffle(between, order) * scales + shifts).CopyTo(target, at);
        }
        for (; x < columns.Low.Length; x++, at += RgbImage.Channels)
        {
            ReadOnlySpan<byte> low = source.Slice(columns.Low[x] * RgbImage.Channels, RgbImage.Channels);
            ReadOnlySpan<byte> high = source.Slice(columns.High[x] * RgbImage.Channels, RgbImage.Channels);
            float weight = columns.Weight[x];
            target[at] = (low[first] + (high[first] - low[first]) * weight) * scale0 + shift0;
            target[at + 1] = (low[1] + (high[1] - low[1]) * weight) * scale1 + shift1;
            target[at + 2] = (low[last] + (high[last] - low[last]) * weight) * scale2 + shift2;
        }
    }

    /// <summary>A pixel's three channels, and the first of the next pixel.</summary>
    private static Vector128<float> Pixel(ReadOnlySpan<byte> row, int index)
    {
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(row[(index * RgbImage.Channels)..]);
        Vector128<uint> channels = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(bytes).AsByte()));
        return Vector128.ConvertToSingle(channels.AsInt32());
    }

    private static void Blend(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float weight, Span<float> target)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= target.Length; i += Vector256<float>.Count)
            Blend(upper, lower, weight, i).CopyTo(target[i..]);
        for (; i < target.Length; i++)
            target[i] = upper[i] + (lower[i] - upper[i]) * weight;
    }

    private static void Blend(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float weight, Span<ushort> target)
    {
        int i = 0;
        for (; i + Vector256<ushort>.Count <= target.Length; i += Vector256<ushort>.Count)
        {
            Vector256<uint> low = UpperHalf(Blend(upper, lower, weight, i).AsUInt32());
            Vector256<uint> high = UpperHalf(Blend(upper, lower, weight, i + Vector256<float>.Count).AsUInt32());
            Vector256.Narrow(low, high).CopyTo(target[i..]);
        }
        for (; i < target.Length; i++)
            target[i] = (ushort)UpperHalf(Vector256.Create(BitConverter.SingleToUInt32Bits(upper[i] + (lower[i] - upper[i]) * weight)))[0];
    }

    private static Vector256<float> Blend(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float weight, int at)
    {
        Vector256<float> from = Vector256.Create(upper[at..]);
        return from + (Vector256.Create(lower[at..]) - from) * weight;
    }

    /// <summary>A finite float32's bits to bfloat16's, which are its upper half: rounded to nearest, halves to even.</summary>
    private static Vector256<uint> UpperHalf(Vector256<uint> bits) =>
        (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256.Create(1u))) >> 16;

    /// <summary>For each position along an axis of the level: the two source positions beside its centre, and the weight of the second.</summary>
    private sealed class Taps
    {
        public Taps(int sourceSize, int size)
        {
            (Low, High, Weight) = (new int[size], new int[size], new float[size]);
            for (int i = 0; i < size; i++)
            {
                double centre = Math.Max((i + 0.5) * sourceSize / size - 0.5, 0);
                Low[i] = (int)centre;
                High[i] = Math.Min(Low[i] + 1, sourceSize - 1);
                Weight[i] = (float)(centre - Low[i]);
            }
        }

        public int[] Low { get; }

        public int[] High { get; }

        public float[] Weight { get; }
    }
}
