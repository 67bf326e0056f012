using System.Diagnostics.CodeAnalysis;
using System.Text;
using Delg.Imaging.Decoding;
using NetVips;

namespace Delg.Imaging.Tests.Decoding;

/// <summary>What must be refused, and with which reason.</summary>
public sealed class ImageDecoderLimitTests
{
    private static readonly ImageDecoder _decoder = new();

    [Fact]
    public void Decode_NoBytes_IsEmpty() => Refused(ImageDecodeReason.Empty, []);

    [Fact]
    public void Decode_MoreBytesThanTheLimit_NamesBothNumbers()
    {
        var decoder = new ImageDecoder(new DecodeLimits { MaxBytes = 100 });

        var error = Assert.Throws<ImageDecodeException>(() => decoder.Decode(new byte[101]));

        Assert.Equal(ImageDecodeReason.TooLargeBytes, error.Reason);
        Assert.Contains("101", error.Message, StringComparison.Ordinal);
        Assert.Contains("100", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DecodeFile_MoreBytesThanTheLimit_IsRefusedUnread()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using (var file = File.Create(path))
            file.SetLength(DefaultMaxBytes + 1);
        try
        {
            Assert.Equal(ImageDecodeReason.TooLargeBytes, Assert.Throws<ImageDecodeException>(() => _decoder.DecodeFile(path)).Reason);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Decode_LargeNoise_IsRefusedByItsFirstBytes()
    {
        byte[] noise = new byte[DefaultMaxBytes];
        new Random(1).NextBytes(noise);

        Refused(ImageDecodeReason.FormatUnsupported, noise);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>", "SVG")]
    [InlineData("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>", "SVG")]
    [InlineData("\uFEFF  <svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>", "SVG")]
    [InlineData("%PDF-1.7\n", "PDF")]
    [InlineData("BM\0\0\0\0", "BMP")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "HEIC")]
    [InlineData("P6 1 1 255 abc", "unknown")]
    [InlineData("push graphic-context\nviewbox 0 0 1 1", "unknown")]
    [InlineData("R", "unknown")]
    public void Decode_FormatOutsideTheList_IsNamed(string content, string name)
    {
        var error = Refused(ImageDecodeReason.FormatUnsupported, Encoding.UTF8.GetBytes(content));

        Assert.Contains($"is {name};", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_FormatTakenOffTheList_IsRefused()
    {
        var decoder = new ImageDecoder(new DecodeLimits { Formats = [ImageFormat.Jpeg] });
        using var image = TestPictures.QuartersVips();

        var error = Assert.Throws<ImageDecodeException>(() => decoder.Decode(image.PngsaveBuffer()));

        Assert.Equal(ImageDecodeReason.FormatUnsupported, error.Reason);
        Assert.Equal(TestPictures.Width, decoder.Decode(image.JpegsaveBuffer()).Width);
    }

    [Fact]
    public void Decode_HeaderOfTenThousandMegapixels_IsRefusedBeforeAnyPixel()
    {
        byte[] bomb = TestPictures.PngHeader(100_000, 100_000);
        long before = GC.GetAllocatedBytesForCurrentThread();

        var error = Refused(ImageDecodeReason.TooManyPixels, bomb);

        Assert.Contains("100000x100000", error.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000_000);
        Assert.Equal(ImageDecodeReason.TooManyPixels, Assert.Throws<ImageDecodeException>(() => _decoder.Inspect(bomb)).Reason);
    }

    [Fact]
    public void Decode_ManyPixelsWithinTheSides_IsRefused()
    {
        var error = Refused(ImageDecodeReason.TooManyPixels, TestPictures.PngHeader(20_000, 20_000));

        Assert.Contains("400000000", error.Message, StringComparison.Ordinal);
        Assert.Contains("64000000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_HonestHeaderWithoutPixels_IsCorrupt() => Refused(ImageDecodeReason.Corrupt, TestPictures.PngHeader(200, 200));

    [Theory]
    [InlineData("gif")]
    [InlineData("webp")]
    [InlineData("tiff")]
    public void Decode_MoreFramesThanTheLimit_IsRefused(string encoding)
    {
        var decoder = new ImageDecoder(new DecodeLimits { MaxFrames = 2 });

        var error = Assert.Throws<ImageDecodeException>(() => decoder.Decode(ImageDecoderFormatTests.Animation(encoding, frames: 3)));

        Assert.Equal(ImageDecodeReason.TooManyFrames, error.Reason);
        Assert.Equal(16, decoder.Decode(ImageDecoderFormatTests.Animation(encoding, frames: 2)).Width);
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("jpeg-progressive")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("tiff")]
    [InlineData("avif")]
    public void Decode_Truncated_IsCorrupt(string encoding)
    {
        byte[] whole = Textured(encoding);

        foreach (double share in new[] { 0.1, 0.5, 0.9 })
            Refused(ImageDecodeReason.Corrupt, whole[..(int)(whole.Length * share)]);
        Assert.Equal(160, _decoder.Decode(whole).Width);
    }

    [Fact]
    public void Decode_ErrorMessage_IsOneLine()
    {
        var error = Refused(ImageDecodeReason.Corrupt, Textured("png")[..200]);

        Assert.DoesNotContain('\n', error.Message);
        Assert.IsType<VipsException>(error.InnerException);
    }

    [Fact]
    public void Constructor_ImpossibleLimits_ReportsAllMistakes()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            new ImageDecoder(new DecodeLimits { MaxBytes = 0, MaxPixels = 0, MaxSidePixels = -1, MaxFrames = 0, Formats = [(ImageFormat)99] }));

        foreach (string name in new[] { "MaxBytes", "MaxPixels", "MaxSidePixels", "MaxFrames", "Formats" })
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sniffing_ForbiddenLoader_IsBlockedEverywhereInTheProcess()
    {
        _ = new ImageDecoder();

        Assert.Throws<VipsException>(() => Image.NewFromBuffer("P6 1 1 255 abc"u8.ToArray()));
    }

    /// <summary>Damaged pictures either decode or fail as promised; nothing else escapes.</summary>
    [Theory]
    [InlineData("jpeg", 11)]
    [InlineData("jpeg-progressive", 12)]
    [InlineData("png", 13)]
    [InlineData("webp", 14)]
    [InlineData("gif", 15)]
    [InlineData("tiff", 16)]
    [InlineData("avif", 17)]
    public void Decode_MutatedBytes_OnlyEverThrowsDecodeExceptions(string encoding, int seed)
    {
        byte[] whole = Textured(encoding);
        var decoder = new ImageDecoder(new DecodeLimits { MaxPixels = 1_000_000, MaxSidePixels = 4000 });
        var random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 150; round++)
        {
            if (!TryDecode(decoder, Mutate(whole, random), out var decoded))
                refused++;
            else
                Assert.True((long)decoded.Width * decoded.Height <= 1_000_000);
        }

        Assert.InRange(refused, 10, 150);
    }

    private static int DefaultMaxBytes => new DecodeLimits().MaxBytes;

    private static byte[] Mutate(byte[] whole, Random random)
    {
        byte[] damaged = [.. whole];
        // Headers decide most, so half of the flips hit the first two hundred bytes.
        int flips = random.Next(1, 12);
        for (int i = 0; i < flips; i++)
        {
            int at = random.Next(2) == 0 ? random.Next(Math.Min(200, damaged.Length)) : random.Next(damaged.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
        }

        return random.Next(4) == 0 ? damaged[..random.Next(1, damaged.Length)] : damaged;
    }

    private static bool TryDecode(ImageDecoder decoder, byte[] bytes, [NotNullWhen(true)] out RgbImage? image)
    {
        try
        {
            image = decoder.Decode(bytes);
            return true;
        }
        catch (ImageDecodeException)
        {
            image = null;
            return false;
        }
    }

    private static ImageDecodeException Refused(string reason, byte[] bytes)
    {
        var error = Assert.Throws<ImageDecodeException>(() => _decoder.Decode(bytes));
        Assert.Equal(reason, error.Reason);
        return error;
    }

    /// <summary>160×120 with detail everywhere, so that every part of the file carries pixels.</summary>
    private static byte[] Textured(string encoding)
    {
        using var noise = Image.Gaussnoise(160, 120, mean: 128, sigma: 30, seed: 5);
        using var image = noise.Bandjoin(noise.Flip(Enums.Direction.Horizontal), noise.Flip(Enums.Direction.Vertical)).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        return encoding switch
        {
            "jpeg" => image.JpegsaveBuffer(q: 80),
            "jpeg-progressive" => image.JpegsaveBuffer(q: 80, interlace: true),
            "png" => image.PngsaveBuffer(),
            "webp" => image.WebpsaveBuffer(q: 80),
            "gif" => image.GifsaveBuffer(),
            "tiff" => image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw),
            "avif" => image.HeifsaveBuffer(q: 60, compression: Enums.ForeignHeifCompression.Av1, effort: 0),
            _ => throw new ArgumentOutOfRangeException(nameof(encoding)),
        };
    }
}
