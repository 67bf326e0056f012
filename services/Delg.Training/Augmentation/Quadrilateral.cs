namespace Delg.Training.Augmentation;

/// <summary>Four corners in pixels, clockwise from the one that stands for the top left.</summary>
internal readonly record struct Quadrilateral((double X, double Y) TopLeft, (double X, double Y) TopRight, (double X, double Y) BottomRight, (double X, double Y) BottomLeft)
{
    /// <summary>A rectangle about a centre, turned, with every corner moved at random.</summary>
    public static Quadrilateral Jittered(Random random, double centreX, double centreY, double width, double height, double rotationDegrees, double jitter)
    {
        double angle = Signed(random) * rotationDegrees * Math.PI / 180;
        (double sin, double cos) = Math.SinCos(angle);
        return new(Corner(-1, -1), Corner(1, -1), Corner(1, 1), Corner(-1, 1));

        (double, double) Corner(int signX, int signY)
        {
            double x = width * (signX * 0.5 + Signed(random) * jitter);
            double y = height * (signY * 0.5 + Signed(random) * jitter);
            return (centreX + x * cos - y * sin, centreY + x * sin + y * cos);
        }
    }

    /// <summary>A number in [-1, 1).</summary>
    internal static double Signed(Random random) => random.NextDouble() * 2 - 1;
}
