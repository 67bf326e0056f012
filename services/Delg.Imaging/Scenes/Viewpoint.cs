using Delg.Imaging.Geometry;

namespace Delg.Imaging.Scenes;

/// <summary>
/// A pinhole camera before an object at the origin. Axes of the object: x right, y down, z away from the camera when it stands straight
/// before it. Angles in degrees (positive pitch looks down on it); the distance is chosen so that <c>fill</c> times the photo's height is what the object's height takes.
/// </summary>
internal sealed class Viewpoint
{
    /// <summary>A wide-angle phone: focal length over photo width.</summary>
    private const double FocalLength = 1.05;

    private readonly double[] _rotation;
    private readonly double _focal;
    private readonly double _distance;
    private readonly double _centreX;
    private readonly double _centreY;

    public Viewpoint(RgbImage photo, double objectHeight, double yaw, double pitch, double roll, double fill, double shiftX, double shiftY)
    {
        var (sy, cy) = Math.SinCos(yaw * Math.PI / 180);
        var (sp, cp) = Math.SinCos(pitch * Math.PI / 180);
        var (sr, cr) = Math.SinCos(roll * Math.PI / 180);
        // Roll after pitch after yaw.
        _rotation =
        [
            cr * cy - sr * sp * sy, -sr * cp, cr * sy + sr * sp * cy,
            sr * cy + cr * sp * sy, cr * cp, sr * sy - cr * sp * cy,
            -cp * sy, sp, cp * cy,
        ];
        _focal = FocalLength * photo.Width;
        _distance = _focal * objectHeight / (fill * photo.Height);
        _centreX = photo.Width * (0.5 + shiftX);
        _centreY = photo.Height * (0.5 + shiftY);
    }

    public PlanePoint Project(double x, double y, double z)
    {
        var (cx, cy, cz) = Turn(x, y, z);
        double scale = _focal / (cz + _distance);
        return new(_centreX + cx * scale, _centreY + cy * scale);
    }

    /// <summary>Whether a face through the point with this outward normal shows its front.</summary>
    public bool Sees((double X, double Y, double Z) point, (double X, double Y, double Z) normal)
    {
        var (px, py, pz) = Turn(point.X, point.Y, point.Z);
        var (nx, ny, nz) = Turn(normal.X, normal.Y, normal.Z);
        return nx * px + ny * py + nz * (pz + _distance) < 0;
    }

    private (double X, double Y, double Z) Turn(double x, double y, double z) => (
        _rotation[0] * x + _rotation[1] * y + _rotation[2] * z,
        _rotation[3] * x + _rotation[4] * y + _rotation[5] * z,
        _rotation[6] * x + _rotation[7] * y + _rotation[8] * z);
}
