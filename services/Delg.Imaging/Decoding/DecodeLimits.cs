namespace Delg.Imaging.Decoding;

/// <summary>What a picture may cost before it is decoded. Checked in the order given: bytes, format, then the header's sides, pixels and frames.</summary>
public sealed record DecodeLimits
{
    /// <summary>Largest file, in bytes. Default 20 MiB.</summary>
    public int MaxBytes { get; init; } = 20 * 1024 * 1024;

    /// <summary>Largest width × height. Default 64 million; decoding may take about 8 bytes a pixel for a while.</summary>
    public long MaxPixels { get; init; } = 64_000_000;

    /// <summary>Longest width or height in pixels. Default 32768.</summary>
    public int MaxSidePixels { get; init; } = 32768;

    /// <summary>
    /// Most frames (animation) or pages (TIFF) a file may declare. Default 1000. Only the first is ever decoded, whatever the number, so an
    /// animated picture is searched by its first frame; set 1 to refuse animations and multi-page files.
    /// </summary>
    public int MaxFrames { get; init; } = 1000;

    /// <summary>The formats taken; empty (the default) for all of <see cref="ImageFormat"/>.</summary>
    public IReadOnlyList<ImageFormat> Formats { get; init; } = [];

    /// <summary>All settings that make no sense, one sentence each; empty when all is well.</summary>
    public IReadOnlyList<string> FindMistakes()
    {
        var mistakes = new List<string>();
        if (MaxBytes < 1)
            mistakes.Add($"MaxBytes must be at least 1, not {MaxBytes}.");
        if (MaxPixels is < 1 or > MostPixels)
            mistakes.Add($"MaxPixels must be between 1 and {MostPixels}, not {MaxPixels}.");
        if (MaxSidePixels < 1)
            mistakes.Add($"MaxSidePixels must be at least 1, not {MaxSidePixels}.");
        if (MaxFrames < 1)
            mistakes.Add($"MaxFrames must be at least 1, not {MaxFrames}.");
        foreach (var format in Formats)
        {
            if (!Enum.IsDefined(format))
                mistakes.Add($"Formats must be of {string.Join(", ", Enum.GetNames<ImageFormat>())}, not {format}.");
        }

        return mistakes;
    }

    /// <summary>An <see cref="RgbImage"/> is one array, which ends at 2 GiB.</summary>
    private const long MostPixels = int.MaxValue / RgbImage.Channels;
}
