namespace Delg.Imaging.Decoding;

/// <summary>File formats the decoder can read. BMP and HEIC are not among them: the bundled libvips has no decoder for either.</summary>
public enum ImageFormat
{
    Jpeg,
    Png,
    WebP,
    Gif,
    Tiff,
    Avif,
}
