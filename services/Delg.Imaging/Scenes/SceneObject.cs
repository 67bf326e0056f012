using Delg.Imaging.Geometry;
using Delg.Imaging.Resizing;

namespace Delg.Imaging.Scenes;

/// <summary>Something flat-faced to photograph: its faces with their pictures, in units of the pictures' pixels.</summary>
internal sealed class SceneObject
{
    /// <summary>Beyond this the picture is shrunk before the warp, which does not antialias.</summary>
    private const double LeastScale = 0.7;

    private readonly Face[] _faces;

    private SceneObject(double height, params Face[] faces)
    {
        Height = height;
        _faces = faces;
    }

    public double Height { get; }

    /// <summary>A flat picture, centred before the camera.</summary>
    public static SceneObject Flat(RgbImage picture) => new(picture.Height, FrontFace(picture, 0));

    /// <summary>A box of three pictures: front, sides and top.</summary>
    public static SceneObject Box(RgbImage front, RgbImage side, RgbImage top)
    {
        double x = front.Width / 2.0, y = front.Height / 2.0, z = side.Width / 2.0;
        return new(
            front.Height,
            FrontFace(front, -z),
            new Face(side, (1, 0, 0), [(x, -y, -z), (x, -y, z), (x, y, z), (x, y, -z)]),
            new Face(side, (-1, 0, 0), [(-x, -y, z), (-x, -y, -z), (-x, y, -z), (-x, y, z)]),
            new Face(top, (0, -1, 0), [(-x, -y, z), (x, -y, z), (x, -y, -z), (-x, -y, -z)]));
    }

    /// <summary>The outline's corners of every visible face.</summary>
    public IEnumerable<PlanePoint[]> Outlines(Viewpoint view) => Visible(view).Select(f => f.Project(view));

    public void Photograph(Viewpoint view, RgbImage photo)
    {
        foreach (var face in Visible(view))
        {
            var corners = face.Project(view);
            double across = Math.Max(Distance(corners[0], corners[1]), Distance(corners[3], corners[2])) / face.Picture.Width;
            double down = Math.Max(Distance(corners[0], corners[3]), Distance(corners[1], corners[2])) / face.Picture.Height;
            double sheared = LeastStretch(corners);
            across *= sheared;
            down *= sheared;
            var picture = PillowResize.Bilinear(face.Picture, Shrink(face.Picture.Width, across), Shrink(face.Picture.Height, down));
            PlanePoint[] from = [new(0, 0), new(picture.Width, 0), new(picture.Width, picture.Height), new(0, picture.Height)];
            PerspectiveWarp.Blend(picture, Homography.FromPoints(from, corners), photo);
        }
    }

    /// <summary>
    /// How much a parallelogram of unit sides squeezes its narrowest direction: the smaller singular value of its two side vectors, which
    /// is √(1 − |cos|) of the angle between them. A glancing face is sheared so much that its sides alone do not show how narrow it is.
    /// </summary>
    private static double LeastStretch(PlanePoint[] corners)
    {
        double ax = corners[1].X - corners[0].X + corners[2].X - corners[3].X, ay = corners[1].Y - corners[0].Y + corners[2].Y - corners[3].Y;
        double dx = corners[3].X - corners[0].X + corners[2].X - corners[1].X, dy = corners[3].Y - corners[0].Y + corners[2].Y - corners[1].Y;
        double cosine = (ax * dx + ay * dy) / Math.Sqrt((ax * ax + ay * ay) * (dx * dx + dy * dy));
        return Math.Sqrt(1 - Math.Min(Math.Abs(cosine), 1));
    }

    /// <summary>Each axis by itself: a side seen at a glancing angle is narrow but not low.</summary>
    private static int Shrink(int side, double scale) => scale < LeastScale ? Math.Max((int)(side * scale), 1) : side;

    private IEnumerable<Face> Visible(Viewpoint view) => _faces.Where(f => view.Sees(f.Corners[0], f.Normal));

    private static Face FrontFace(RgbImage picture, double z)
    {
        double x = picture.Width / 2.0, y = picture.Height / 2.0;
        return new(picture, (0, 0, -1), [(-x, -y, z), (x, -y, z), (x, y, z), (-x, y, z)]);
    }

    private static double Distance(PlanePoint a, PlanePoint b) => Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));

    private sealed record Face(RgbImage Picture, (double X, double Y, double Z) Normal, (double X, double Y, double Z)[] Corners)
    {
        public PlanePoint[] Project(Viewpoint view) => [.. Corners.Select(c => view.Project(c.X, c.Y, c.Z))];
    }
}
