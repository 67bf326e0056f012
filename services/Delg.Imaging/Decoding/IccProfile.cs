using System.Buffers.Binary;

namespace Delg.Imaging.Decoding;

/// <summary>Tells whether an embedded colour profile is sRGB already, so that the most common case skips a slow transform and its rounding.</summary>
internal static class IccProfile
{
    private const int ColourSpaceOffset = 16;
    private const int TagCountOffset = 128;
    private const int TagTableOffset = 132;
    private const int TagEntryLength = 12;

    /// <returns>True when the profile is of RGB pictures and its description names sRGB.</returns>
    public static bool IsStandardRgb(ReadOnlySpan<byte> profile)
    {
        if (profile.Length < TagTableOffset || !profile.Slice(ColourSpaceOffset, 4).SequenceEqual("RGB "u8))
            return false;
        uint tags = BinaryPrimitives.ReadUInt32BigEndian(profile[TagCountOffset..]);
        for (int i = 0, at = TagTableOffset; i < tags && at + TagEntryLength <= profile.Length; i++, at += TagEntryLength)
        {
            if (!profile.Slice(at, 4).SequenceEqual("desc"u8))
                continue;
            uint offset = BinaryPrimitives.ReadUInt32BigEndian(profile[(at + 4)..]);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(profile[(at + 8)..]);
            if (offset + (long)length > profile.Length)
                return false;
            // Version 2 profiles hold the description as ASCII, version 4 as big-endian UTF-16.
            var description = profile.Slice((int)offset, (int)length);
            return description.IndexOf("sRGB"u8) >= 0 || description.IndexOf("s\0R\0G\0B"u8) >= 0;
        }

        return false;
    }
}
