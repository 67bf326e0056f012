namespace Delg.Imaging.Geometry;

/// <summary>A position in a picture, in pixels: x to the right, y down. A picture spans [0, width] × [0, height], so the first pixel's centre is (0.5, 0.5).</summary>
public readonly record struct PlanePoint(double X, double Y);
