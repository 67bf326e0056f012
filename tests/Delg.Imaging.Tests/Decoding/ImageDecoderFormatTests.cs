using Delg.Imaging.Decoding;
using NetVips;

namespace Delg.Imaging.Tests.Decoding;

/// <summary>Every format and colour mode becomes upright 8-bit sRGB.</summary>
public sealed class ImageDecoderFormatTests
{
    private static readonly ImageDecoder _decoder = new();

    /// <summary>Encoding and tolerance: saturated blue lies outside what printing inks can show, so CMYK is far off there.</summary>
    public static TheoryData<string, int> Encodings => new()
    {
        { "jpeg", 6 }, { "jpeg-progressive", 6 }, { "jpeg-cmyk", 80 }, { "png", 0 }, { "png-interlaced", 0 }, { "png-palette", 6 }, { "png-16", 0 },
        { "png-alpha", 0 }, { "webp", 12 }, { "webp-lossless", 0 }, { "gif", 6 }, { "tiff", 0 }, { "tiff-16-lzw", 0 }, { "tiff-cmyk", 80 }, { "tiff-lab", 6 },
        { "tiff-float", 1 }, { "avif", 12 }, { "jpeg-srgb-profile", 6 }, { "png-p3-profile", 4 },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Decode_Format_KeepsTheColours(string encoding, int tolerance)
    {
        var decoded = _decoder.Decode(Encode(encoding));

        Assert.Equal((TestPictures.Width, TestPictures.Height), (decoded.Width, decoded.Height));
        var expected = TestPictures.Quarters();
        foreach (var (x, y) in new[] { (12, 8), (36, 8), (12, 24), (36, 24) })
            AssertColour(expected.Row(y)[(x * 3)..], decoded.Row(y)[(x * 3)..], tolerance);
    }

    [Theory]
    [InlineData("jpeg", ImageFormat.Jpeg)]
    [InlineData("png", ImageFormat.Png)]
    [InlineData("webp", ImageFormat.WebP)]
    [InlineData("gif", ImageFormat.Gif)]
    [InlineData("tiff", ImageFormat.Tiff)]
    [InlineData("avif", ImageFormat.Avif)]
    public void Inspect_Format_ReadsTheHeader(string encoding, ImageFormat format) =>
        Assert.Equal(new ImageInfo(format, TestPictures.Width, TestPictures.Height, 1), _decoder.Inspect(Encode(encoding)));

    [Theory]
    [InlineData("grey-png")]
    [InlineData("grey-16-png")]
    [InlineData("grey-jpeg")]
    [InlineData("grey-alpha-png")]
    [InlineData("1-bit-png")]
    public void Decode_Grey_GivesThreeEqualChannels(string encoding)
    {
        using var ramp = Image.Identity().Resize(1, vscale: 8);
        using var grey = ramp.Copy(interpretation: Enums.Interpretation.Bw);
        byte[] bytes = encoding switch
        {
            "grey-png" => grey.PngsaveBuffer(),
            "grey-16-png" => (grey.Cast(Enums.BandFormat.Ushort) * 257).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Grey16).PngsaveBuffer(),
            "grey-jpeg" => grey.JpegsaveBuffer(q: 100),
            "grey-alpha-png" => grey.Bandjoin(255).PngsaveBuffer(),
            _ => (grey > 127).PngsaveBuffer(bitdepth: 1),
        };

        var decoded = _decoder.Decode(bytes);

        Assert.Equal((256, 8), (decoded.Width, decoded.Height));
        for (int x = 0; x < 256; x++)
        {
            var pixel = decoded.Row(4).Slice(x * 3, 3);
            int expected = encoding == "1-bit-png" ? (x > 127 ? 255 : 0) : x;
            Assert.InRange(pixel[0], expected - 2, expected + 2);
            Assert.Equal(pixel[0], pixel[1]);
            Assert.Equal(pixel[0], pixel[2]);
        }
    }

    [Theory]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("png-16")]
    public void Decode_Transparency_LiesOnWhite(string encoding)
    {
        using var colour = TestPictures.QuartersVips();
        using var clear = colour.Bandjoin(0).Copy(interpretation: Enums.Interpretation.Srgb);
        byte[] bytes = encoding switch
        {
            "png" => clear.PngsaveBuffer(),
            "webp" => clear.WebpsaveBuffer(lossless: true),
            _ => (clear.Cast(Enums.BandFormat.Ushort) * 257).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16).PngsaveBuffer(),
        };

        Assert.All(_decoder.Decode(bytes).Pixels, b => Assert.Equal(255, b));
    }

    [Fact]
    public void Decode_HalfTransparency_MixesWithWhite()
    {
        using var half = (Image.Black(4, 4, bands: 3) + 100).Bandjoin(51).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);

        // 100 · 51/255 + 255 · 204/255 = 224.
        Assert.All(_decoder.Decode(half.PngsaveBuffer()).Pixels, b => Assert.InRange(b, 223, 225));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 3)]
    [InlineData(4, 2)]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    [InlineData(7, 3)]
    [InlineData(8, 2)]
    public void Decode_ExifOrientation_StandsUpright(int orientation, int quarterThatHoldsTheStoredTopLeft)
    {
        using var stored = TestPictures.QuartersVips();
        using var tagged = stored.Mutate(m => m.Set(GValue.GIntType, "orientation", orientation));
        byte[] jpeg = tagged.JpegsaveBuffer(q: 100, subsampleMode: Enums.ForeignSubsample.Off);

        var decoded = _decoder.Decode(jpeg);

        bool swapped = orientation >= 5;
        var (width, height) = swapped ? (TestPictures.Height, TestPictures.Width) : (TestPictures.Width, TestPictures.Height);
        Assert.Equal((width, height), (decoded.Width, decoded.Height));
        Assert.Equal(new ImageInfo(ImageFormat.Jpeg, width, height, 1), _decoder.Inspect(jpeg));
        int x = quarterThatHoldsTheStoredTopLeft % 2 == 0 ? width / 4 : width * 3 / 4;
        int y = quarterThatHoldsTheStoredTopLeft / 2 == 0 ? height / 4 : height * 3 / 4;
        AssertColour([200, 30, 30], decoded.Row(y)[(x * 3)..], 4);
        if (orientation is 5 or 7)
            AssertColour([220, 220, 40], decoded.Row(height - 1 - y)[((width - 1 - x) * 3)..], 4);
    }

    [Theory]
    [InlineData("gif")]
    [InlineData("webp")]
    [InlineData("tiff")]
    public void Decode_SeveralFrames_GivesTheFirst(string encoding)
    {
        byte[] animated = Animation(encoding, frames: 3);

        var decoded = _decoder.Decode(animated);

        Assert.Equal((16, 16), (decoded.Width, decoded.Height));
        Assert.All(decoded.Pixels, b => Assert.InRange(b, 38, 42));
        Assert.Equal(3, _decoder.Inspect(animated).Frames);
    }

    [Fact]
    public void Decode_OnePixel_IsFine()
    {
        using var dot = (Image.Black(1, 1, bands: 3) + 77).Cast(Enums.BandFormat.Uchar);

        Assert.Equal<byte>([77, 77, 77], _decoder.Decode(dot.PngsaveBuffer()).Pixels);
    }

    [Fact]
    public void Decode_SliceOfALargerBuffer_ReadsTheSliceOnly()
    {
        byte[] png = Encode("png");
        byte[] framed = [1, 2, 3, .. png, 4, 5, 6];

        Assert.Equal(TestPictures.Quarters().Pixels, _decoder.Decode(framed.AsMemory(3, png.Length)).Pixels);
    }

    [Fact]
    public void Decode_TrailingBytesOfAnotherFormat_AreIgnored()
    {
        byte[] polyglot = [.. Encode("jpeg"), .. "PK\u0003\u0004<svg xmlns='http://www.w3.org/2000/svg'/>%PDF-1.7"u8];

        Assert.Equal(_decoder.Decode(Encode("jpeg")).Pixels, _decoder.Decode(polyglot).Pixels);
    }

    [Fact]
    public void Decode_DisplayP3Profile_WidensTheColours()
    {
        using var colour = (Image.Black(8, 8, bands: 3) + new double[] { 200, 60, 60 }).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        byte[] labelled = WithProfile(colour, "p3").PngsaveBuffer();

        // The same numbers mean a stronger red in Display P3.
        var decoded = _decoder.Decode(labelled);
        Assert.InRange(decoded.Pixels[0], 205, 230);
        Assert.InRange(decoded.Pixels[1], 20, 56);
    }

    [Fact]
    public void Decode_BrokenProfile_TakesThePlainColours()
    {
        using var colour = TestPictures.QuartersVips();
        using var labelled = colour.Mutate(m => m.Set(GValue.BlobType, "icc-profile-data", new byte[200]));

        Assert.Equal(TestPictures.Quarters().Pixels, _decoder.Decode(labelled.PngsaveBuffer()).Pixels);
    }

    [Fact]
    public void DecodeFile_Png_EqualsDecode()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllBytes(path, Encode("png"));
        try
        {
            Assert.Equal(TestPictures.Quarters().Pixels, _decoder.DecodeFile(path).Pixels);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Encoder_Png_ComesBackUnchanged() =>
        Assert.Equal(TestPictures.Quarters().Pixels, _decoder.Decode(ImageEncoder.Png(TestPictures.Quarters())).Pixels);

    [Fact]
    public void Encoder_Jpeg_IsSmallerAtLowerQuality()
    {
        byte[] low = ImageEncoder.Jpeg(TestPictures.Quarters(), 20);

        Assert.True(low.Length < ImageEncoder.Jpeg(TestPictures.Quarters(), 95).Length);
        Assert.Equal(ImageFormat.Jpeg, _decoder.Inspect(low).Format);
    }

    internal static byte[] Animation(string encoding, int frames)
    {
        var pages = Enumerable.Range(0, frames).Select(i => (Image.Black(16, 16, bands: 3) + (40 + 60 * i)).Cast(Enums.BandFormat.Uchar)).ToArray();
        using var strip = Image.Arrayjoin(pages, across: 1).Copy(interpretation: Enums.Interpretation.Srgb);
        using var paged = strip.Mutate(m => m.Set(GValue.GIntType, "page-height", 16));
        return encoding switch
        {
            "gif" => paged.GifsaveBuffer(),
            "webp" => paged.WebpsaveBuffer(lossless: true),
            _ => paged.TiffsaveBuffer(),
        };
    }

    private static byte[] Encode(string encoding)
    {
        using var image = TestPictures.QuartersVips();
        return encoding switch
        {
            "jpeg" => image.JpegsaveBuffer(q: 100, subsampleMode: Enums.ForeignSubsample.Off),
            "jpeg-progressive" => image.JpegsaveBuffer(q: 100, interlace: true, subsampleMode: Enums.ForeignSubsample.Off),
            "jpeg-cmyk" => image.IccTransform("cmyk", inputProfile: "srgb").JpegsaveBuffer(q: 100, keep: Enums.ForeignKeep.None),
            "jpeg-srgb-profile" => WithProfile(image, "srgb").JpegsaveBuffer(q: 100, subsampleMode: Enums.ForeignSubsample.Off),
            "png" => image.PngsaveBuffer(),
            "png-interlaced" => image.PngsaveBuffer(interlace: true),
            "png-palette" => image.PngsaveBuffer(palette: true),
            "png-16" => Deep(image).PngsaveBuffer(),
            "png-alpha" => image.Bandjoin(255).PngsaveBuffer(),
            "png-p3-profile" => image.IccTransform("p3", inputProfile: "srgb").PngsaveBuffer(),
            "webp" => image.WebpsaveBuffer(q: 100),
            "webp-lossless" => image.WebpsaveBuffer(lossless: true),
            "gif" => image.GifsaveBuffer(),
            "tiff" => image.TiffsaveBuffer(),
            "tiff-16-lzw" => Deep(image).TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw),
            "tiff-cmyk" => image.IccTransform("cmyk", inputProfile: "srgb").TiffsaveBuffer(keep: Enums.ForeignKeep.None),
            "tiff-lab" => image.Colourspace(Enums.Interpretation.Lab).TiffsaveBuffer(),
            "tiff-float" => image.Colourspace(Enums.Interpretation.Scrgb).TiffsaveBuffer(),
            "avif" => image.HeifsaveBuffer(q: 95, compression: Enums.ForeignHeifCompression.Av1, effort: 1, subsampleMode: Enums.ForeignSubsample.Off),
            _ => throw new ArgumentOutOfRangeException(nameof(encoding)),
        };
    }

    private static Image Deep(Image image) => (image.Cast(Enums.BandFormat.Ushort) * 257).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16);

    private static Image WithProfile(Image image, string name) => image.Mutate(m => m.Set(GValue.BlobType, "icc-profile-data", Image.ProfileLoad(name)));

    private static void AssertColour(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, int tolerance)
    {
        for (int channel = 0; channel < 3; channel++)
            Assert.InRange(actual[channel], expected[channel] - tolerance, expected[channel] + tolerance);
    }
}
