namespace Delg.Imaging.Decoding;

/// <summary>What a file's header says.</summary>
/// <param name="Format">The format its first bytes name.</param>
/// <param name="Width">Columns of the upright picture, that is after EXIF rotation.</param>
/// <param name="Height">Rows of the upright picture.</param>
/// <param name="Frames">Frames or pages declared, at least 1.</param>
public sealed record ImageInfo(ImageFormat Format, int Width, int Height, int Frames);
