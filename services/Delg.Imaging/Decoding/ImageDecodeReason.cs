namespace Delg.Imaging.Decoding;

/// <summary>Why a picture was refused. These names travel in error details and do not change.</summary>
public static class ImageDecodeReason
{
    /// <summary>No bytes at all.</summary>
    public const string Empty = "IMAGE_EMPTY";

    /// <summary>More bytes than <see cref="DecodeLimits.MaxBytes"/>.</summary>
    public const string TooLargeBytes = "IMAGE_TOO_LARGE_BYTES";

    /// <summary>Not a format of <see cref="DecodeLimits.Formats"/>, or a pixel layout with no meaning as colour.</summary>
    public const string FormatUnsupported = "IMAGE_FORMAT_UNSUPPORTED";

    /// <summary>Beyond <see cref="DecodeLimits.MaxPixels"/> or <see cref="DecodeLimits.MaxSidePixels"/>.</summary>
    public const string TooManyPixels = "IMAGE_TOO_MANY_PIXELS";

    /// <summary>Beyond <see cref="DecodeLimits.MaxFrames"/>.</summary>
    public const string TooManyFrames = "IMAGE_TOO_MANY_FRAMES";

    /// <summary>The header or the pixels do not decode, or end early.</summary>
    public const string Corrupt = "IMAGE_CORRUPT";
}
