using Delg.Contracts.Errors;
using Delg.Contracts.Validation;

namespace Delg.Contracts.Tests.Validation;

public class ThumbnailCheckTests
{
    private static readonly byte[] _start = [0xFF, 0xD8];
    private static readonly byte[] _end = [0xFF, 0xD9];
    private static readonly byte[] _scan = [0xFF, 0xDA, 0, 2, 1, 2, 0xFF, 0x00, 3, 0xFF, 0xD0, 4];
    private static readonly byte[] _comment = [0xFF, 0xFE, 0, 4, 0xFF, 0xD9];

    public static TheoryData<string, byte[]> Sound => new()
    {
        { "baseline", [.. _start, .. Frame(320, 200), .. _scan, .. _end] },
        { "grey", [.. _start, .. Frame(320, 200, components: 1), .. _scan, .. _end] },
        { "progressive", [.. _start, .. Frame(320, 200, marker: 0xC2), .. _scan, .. _scan, .. _end] },
        { "largest", [.. _start, .. Frame(1024, 1024), .. _scan, .. _end] },
        { "a comment that holds an end, and fill bytes", [.. _start, .. _comment, 0xFF, 0xFF, .. Frame(1, 1), .. _scan, .. _end] },
        { "none", [] },
    };

    public static TheoryData<string, byte[]> Unsound => new()
    {
        { "text", [.. "<svg onload='alert(1)'/>"u8] },
        { "start alone", [.. _start] },
        { "start and a marker's half", [.. _start, 0xFF] },
        { "no picture", [.. _start, .. _end] },
        { "frame without scan", [.. _start, .. Frame(320, 200), .. _end] },
        { "scan before frame", [.. _start, .. _scan, .. Frame(320, 200), .. _end] },
        { "two frames", [.. _start, .. Frame(320, 200), .. Frame(320, 200), .. _scan, .. _end] },
        { "too wide", [.. _start, .. Frame(1025, 200), .. _scan, .. _end] },
        { "too high", [.. _start, .. Frame(320, 65535), .. _scan, .. _end] },
        { "no lines, for a later segment to say", [.. _start, .. Frame(320, 0), .. _scan, 0xFF, 0xDC, 0, 4, 0xFF, 0xFF, .. _end] },
        { "lines said again", [.. _start, .. Frame(320, 200), .. _scan, 0xFF, 0xDC, 0, 4, 0xFF, 0xFF, .. _end] },
        { "four components", [.. _start, .. Frame(320, 200, components: 4), .. _scan, .. _end] },
        { "12 bits", [.. _start, .. Frame(320, 200, bits: 12), .. _scan, .. _end] },
        { "lossless", [.. _start, .. Frame(320, 200, marker: 0xC3), .. _scan, .. _end] },
        { "arithmetic", [.. _start, .. Frame(320, 200, marker: 0xC9), .. _scan, .. _end] },
        { "something behind it", [.. _start, .. Frame(320, 200), .. _scan, .. _end, .. "PK"u8] },
        { "no end", [.. _start, .. Frame(320, 200), .. _scan] },
        { "a segment longer than the file", [.. _start, .. Frame(320, 200), .. _scan, 0xFF, 0xE0, 0xFF, 0xFF, .. _end] },
        { "a segment shorter than its length", [.. _start, 0xFF, 0xE0, 0, 1, .. Frame(320, 200), .. _scan, .. _end] },
        { "a frame cut short", [.. _start, 0xFF, 0xC0, 0, 4, 8, 0, .. _scan, .. _end] },
        { "no marker where one must be", [.. _start, 0xFF, 0xFE, 0, 2, 0, .. Frame(320, 200), .. _scan, .. _end] },
        { "too many bytes", [.. _start, .. Frame(320, 200), .. _scan, .. new byte[MessageCheck.MaxThumbnailBytes], .. _end] },
    };

    [Theory]
    [MemberData(nameof(Sound))]
    public void Thumbnail_Sound_IsTaken(string what, byte[] thumbnail)
    {
        var check = new MessageCheck();

        Assert.True(check.Thumbnail(thumbnail, "thumbnail"), what);
        check.ThrowIfInvalid();
    }

    [Theory]
    [MemberData(nameof(Unsound))]
    public void Thumbnail_Unsound_IsRefusedByName(string what, byte[] thumbnail)
    {
        var check = new MessageCheck();

        Assert.False(check.Thumbnail(thumbnail, "thumbnail"), what);
        Assert.Equal("thumbnail", Assert.Single(Assert.Throws<DelgException>(check.ThrowIfInvalid).Violations).Field);
    }

    [Fact]
    public void Thumbnail_CutAnywhere_IsRefused()
    {
        byte[] whole = [.. _start, .. _comment, .. Frame(320, 200), .. _scan, .. _end];

        for (var length = 1; length < whole.Length; length++)
            Assert.False(new MessageCheck().Thumbnail(whole.AsSpan(0, length), "thumbnail"), $"{length} bytes");
    }

    private static byte[] Frame(ushort width, ushort height, byte marker = 0xC0, byte components = 3, byte bits = 8) =>
    [
        0xFF, marker, 0, (byte)(8 + (3 * components)), bits, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, components,
        .. Enumerable.Range(1, components).SelectMany(i => new byte[] { (byte)i, 0x11, 0 }),
    ];
}
