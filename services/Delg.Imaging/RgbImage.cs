namespace Delg.Imaging;

/// <summary>An 8-bit sRGB picture in memory: interleaved R, G, B, rows top to bottom, no padding between rows.</summary>
public sealed class RgbImage
{
    /// <summary>Bytes a pixel takes in <see cref="Pixels"/>.</summary>
    public const int Channels = 3;

    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">width × height × 3 bytes; kept, not copied.</param>
    /// <exception cref="ArgumentException">The sizes and the length of <paramref name="pixels"/> disagree.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != (long)width * height * Channels)
            throw new ArgumentException($"{width}x{height} RGB pixels take {(long)width * height * Channels} bytes, not {pixels.LongLength}.", nameof(pixels));
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>A black picture.</summary>
    public RgbImage(int width, int height)
        : this(width, height, new byte[checked(width * height * Channels)])
    {
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Pixels { get; }

    /// <summary>One row's bytes, 3 × <see cref="Width"/> of them.</summary>
    public Span<byte> Row(int y) => Pixels.AsSpan(checked(y * Width * Channels), Width * Channels);
}
