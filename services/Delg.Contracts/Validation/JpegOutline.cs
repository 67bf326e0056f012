using System.Buffers.Binary;

namespace Delg.Contracts.Validation;

/// <summary>
/// Whether bytes are one JPEG from their first to their last, of so many pixels at most: its segments are gone through, its pixels are not decoded. A picture that
/// passes may look broken; it is not something else, and whoever decodes it needs no more memory than for any other.
/// </summary>
internal static class JpegOutline
{
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte HuffmanTables = 0xC4;
    private const byte LastFrame = 0xCF;
    private const byte QuantizationTables = 0xDB;
    private const byte RestartInterval = 0xDD;
    private const byte FirstApplication = 0xE0;
    private const byte LastApplication = 0xEF;
    private const byte Comment = 0xFE;

    private const int BitsASample = 8;

    /// <summary>What is wrong with it, in words that go on from "Is not a JPEG …: "; null: nothing.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="maxSide">Most pixels a side.</param>
    public static string? FaultOf(ReadOnlySpan<byte> file, int maxSide)
    {
        if (!file.StartsWith([(byte)0xFF, StartOfImage, (byte)0xFF]))
            return "it does not begin as one.";
        var (at, hasFrame, hasScan) = (2, false, false);
        while (true)
        {
            // Any number of FF may stand before a marker.
            while (at + 1 < file.Length && file[at] == 0xFF && file[at + 1] == 0xFF)
                at++;
            if (at + 1 >= file.Length)
                return "it breaks off.";
            if (file[at] != 0xFF)
                return $"there is no marker at byte {at}.";
            var marker = file[at + 1];
            at += 2;
            if (marker == EndOfImage)
                return !hasScan ? "it has no picture." : at < file.Length ? $"{file.Length - at} bytes follow it." : null;
            var length = at + 2 <= file.Length ? BinaryPrimitives.ReadUInt16BigEndian(file[at..]) : 0;
            if (length < 2 || at + length > file.Length)
                return "it breaks off.";
            var segment = file.Slice(at + 2, length - 2);
            at += length;
            if (IsFrame(marker))
            {
                if (hasFrame)
                    return "it has more than one frame.";
                if (FaultOfFrame(marker, segment, maxSide) is { } fault)
                    return fault;
                hasFrame = true;
            }
            else if (marker == StartOfScan)
            {
                if (!hasFrame)
                    return "a scan comes before the frame.";
                hasScan = true;
                at = EndOfScan(file, at);
            }
            else if (!IsPassedOver(marker))
            {
                return $"it has a segment of the kind {marker:X2}.";
            }
        }
    }

    /// <summary>Baseline, extended and progressive are what browsers decode.</summary>
    private static string? FaultOfFrame(byte marker, ReadOnlySpan<byte> frame, int maxSide)
    {
        if (marker > 0xC2)
            return "it is neither baseline nor progressive.";
        if (frame.Length < 6 || frame[5] is not (1 or 3) || frame.Length != 6 + (3 * frame[5]) || frame[0] != BitsASample)
            return "it is neither grey nor coloured with 8 bits a sample.";
        var (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), BinaryPrimitives.ReadUInt16BigEndian(frame[3..]));
        return width >= 1 && width <= maxSide && height >= 1 && height <= maxSide ? null : $"it is {width} x {height}.";
    }

    /// <summary>Behind coded pixels, in which FF is followed by 00 or is a restart, the next marker.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length)
        {
            var next = file[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= file.Length)
                return file.Length;
            at += next;
            if (file[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7)))
                return at;
            at += 2;
        }

        return at;
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= LastFrame and not HuffmanTables;

    // Not DC, the number of lines, which would change what the frame says.
    private static bool IsPassedOver(byte marker) =>
        marker is HuffmanTables or QuantizationTables or RestartInterval or Comment or (>= FirstApplication and <= LastApplication);
}
