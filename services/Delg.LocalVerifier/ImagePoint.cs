namespace Delg.LocalVerifier;

/// <summary>A position in pixels of the original image after EXIF rotation.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Down.</param>
public readonly record struct ImagePoint(float X, float Y);
