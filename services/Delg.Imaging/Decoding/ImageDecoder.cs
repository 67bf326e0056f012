using System.Globalization;
using System.Runtime.InteropServices;
using NetVips;

namespace Delg.Imaging.Decoding;

/// <summary>
/// Reads pictures from anyone. Only the loaders of the allowed formats ever see the bytes; the header is checked before a pixel is decoded.
/// The result is upright (EXIF orientation applied), sRGB (embedded ICC profile applied; CMYK, grey, palette and 16-bit converted), 8 bits a
/// channel, transparent parts on white, and never shrunk while loading. Of animations and multi-page files it is the first frame.
/// Safe to share between threads.
/// </summary>
public sealed class ImageDecoder
{
    private const string OrientationField = "orientation";
    private const string PagesField = "n-pages";
    private const string ProfileField = "icc-profile-data";

    /// <summary>Also how libvips names its built-in profiles.</summary>
    private const string StandardRgb = "srgb";
    private const string GenericCmyk = "cmyk";

    private readonly DecodeLimits _limits;
    private readonly ImageFormat[] _formats;

    /// <exception cref="ArgumentException">The limits contradict themselves; the message holds every mistake.</exception>
    /// <exception cref="InvalidOperationException">The native library does not load on this system.</exception>
    public ImageDecoder(DecodeLimits? limits = null)
    {
        _limits = limits ?? new DecodeLimits();
        var mistakes = _limits.FindMistakes();
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes), nameof(limits));
        _formats = _limits.Formats.Count == 0 ? Enum.GetValues<ImageFormat>() : [.. _limits.Formats.Distinct()];
        VipsRuntime.EnsureReady();
    }

    /// <summary>Reads the header only, and holds it against the limits.</summary>
    /// <exception cref="ImageDecodeException">The picture cannot be taken.</exception>
    public ImageInfo Inspect(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var image = Open(bytes, out var info);
            return info;
        }
        catch (VipsException e)
        {
            throw Corrupt(e);
        }
    }

    /// <summary>Decodes one picture.</summary>
    /// <exception cref="ImageDecodeException">The picture cannot be taken.</exception>
    public RgbImage Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var image = Upright(ToStandardRgb(Open(bytes, out _)));
            return new RgbImage(image.Width, image.Height, image.WriteToMemory<byte>());
        }
        catch (VipsException e)
        {
            throw Corrupt(e);
        }
    }

    /// <summary>Decodes one picture from a file, whose length is checked before it is read.</summary>
    /// <exception cref="ImageDecodeException">The picture cannot be taken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public RgbImage DecodeFile(string path)
    {
        CheckLength(new FileInfo(path).Length);
        return Decode(File.ReadAllBytes(path));
    }

    private Image Open(ReadOnlyMemory<byte> bytes, out ImageInfo info)
    {
        CheckLength(bytes.Length);
        var format = CheckFormat(bytes.Span);
        var image = Load(format, Whole(bytes));
        try
        {
            info = CheckHeader(format, image);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private void CheckLength(long bytes)
    {
        if (bytes == 0)
            throw new ImageDecodeException(ImageDecodeReason.Empty, "The image has no bytes.");
        if (bytes > _limits.MaxBytes)
        {
            throw new ImageDecodeException(
                ImageDecodeReason.TooLargeBytes,
                string.Create(CultureInfo.InvariantCulture, $"The image has {bytes} bytes; at most {_limits.MaxBytes} are taken."));
        }
    }

    private ImageFormat CheckFormat(ReadOnlySpan<byte> bytes)
    {
        var format = FormatSignature.Recognise(bytes);
        if (format is { } known && _formats.Contains(known))
            return known;
        string found = format?.ToString().ToUpperInvariant() ?? FormatSignature.Describe(bytes);
        throw new ImageDecodeException(
            ImageDecodeReason.FormatUnsupported,
            $"The image's format is {found}; taken are {string.Join(", ", _formats.Select(f => f.ToString().ToUpperInvariant()))}.");
    }

    private ImageInfo CheckHeader(ImageFormat format, Image image)
    {
        int width = image.Width;
        int height = image.Height;
        if (Math.Max(width, height) > _limits.MaxSidePixels)
        {
            throw new ImageDecodeException(
                ImageDecodeReason.TooManyPixels,
                string.Create(CultureInfo.InvariantCulture, $"The image is {width}x{height} pixels; a side has at most {_limits.MaxSidePixels}."));
        }

        if ((long)width * height > _limits.MaxPixels)
        {
            throw new ImageDecodeException(
                ImageDecodeReason.TooManyPixels,
                string.Create(CultureInfo.InvariantCulture, $"The image has {(long)width * height} pixels ({width}x{height}); at most {_limits.MaxPixels} are taken."));
        }

        int frames = image.Contains(PagesField) ? Math.Max((int)image.Get(PagesField), 1) : 1;
        if (frames > _limits.MaxFrames)
        {
            throw new ImageDecodeException(
                ImageDecodeReason.TooManyFrames,
                string.Create(CultureInfo.InvariantCulture, $"The image has {frames} frames; at most {_limits.MaxFrames} are taken."));
        }

        return SwapsSides(image) ? new ImageInfo(format, height, width, frames) : new ImageInfo(format, width, height, frames);
    }

    /// <summary>The loader is named, never sniffed, so bytes cannot choose another one.</summary>
    private static Image Load(ImageFormat format, byte[] bytes)
    {
        const Enums.Access access = Enums.Access.Sequential;
        const Enums.FailOn failOn = Enums.FailOn.Error;
        return format switch
        {
            ImageFormat.Jpeg => Image.JpegloadBuffer(bytes, access: access, failOn: failOn),
            ImageFormat.Png => Image.PngloadBuffer(bytes, access: access, failOn: failOn),
            ImageFormat.WebP => Image.WebploadBuffer(bytes, access: access, failOn: failOn),
            ImageFormat.Gif => Image.GifloadBuffer(bytes, access: access, failOn: failOn),
            ImageFormat.Tiff => Image.TiffloadBuffer(bytes, access: access, failOn: failOn),
            ImageFormat.Avif => Image.HeifloadBuffer(bytes, access: access, failOn: failOn),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format this decoder reads."),
        };
    }

    /// <summary>Takes the image over, and gives back one of three 8-bit bands.</summary>
    private static Image ToStandardRgb(Image image)
    {
        bool isCmyk = image.Interpretation == Enums.Interpretation.Cmyk;
        if (image.HasAlpha())
        {
            double white = image.Interpretation is Enums.Interpretation.Rgb16 or Enums.Interpretation.Grey16 ? ushort.MaxValue : byte.MaxValue;
            image = Replace(image, i => i.Flatten(background: [isCmyk ? 0 : white]));
        }

        bool hasProfile = image.Contains(ProfileField) && !IccProfile.IsStandardRgb((byte[])image.Get(ProfileField));
        image = Replace(image, i => hasProfile || isCmyk ? FromProfile(i, isCmyk) : i.Colourspace(Enums.Interpretation.Srgb));
        if (image.Bands > RgbImage.Channels)
            image = Replace(image, i => i.ExtractBand(0, n: RgbImage.Channels));
        if (image.Format != Enums.BandFormat.Uchar)
            image = Replace(image, i => i.Cast(Enums.BandFormat.Uchar));
        if (image.Bands == RgbImage.Channels)
            return image;

        using (image)
            throw new ImageDecodeException(ImageDecodeReason.FormatUnsupported, $"The image has {image.Bands} channels after conversion; colour takes {RgbImage.Channels}.");
    }

    private static Image FromProfile(Image image, bool isCmyk)
    {
        try
        {
            return image.IccTransform(StandardRgb, embedded: true, depth: 8, inputProfile: isCmyk ? GenericCmyk : null);
        }
        catch (VipsException)
        {
            // A profile that does not open says nothing about the pixels: take them as the plain colours they claim to be.
            return image.Colourspace(Enums.Interpretation.Srgb);
        }
    }

    /// <summary>Takes the image over. Turning reads rows out of order, which a sequential load cannot give, so the pixels are buffered first.</summary>
    private static Image Upright(Image image) =>
        Orientation(image) == 1 ? image : Replace(Replace(image, i => i.CopyMemory()), i => i.Autorot());

    /// <summary>EXIF orientation, 1 (upright) to 8.</summary>
    private static int Orientation(Image image) =>
        image.Contains(OrientationField) && image.Get(OrientationField) is int value and >= 1 and <= 8 ? value : 1;

    private static bool SwapsSides(Image image) => Orientation(image) >= 5;

    private static Image Replace(Image image, Func<Image, Image> step)
    {
        using (image)
            return step(image);
    }

    private static byte[] Whole(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : bytes.ToArray();

    private static ImageDecodeException Corrupt(VipsException e) =>
        new(ImageDecodeReason.Corrupt, $"The image does not decode: {e.Message.ReplaceLineEndings(" ").Trim()}", e);
}
