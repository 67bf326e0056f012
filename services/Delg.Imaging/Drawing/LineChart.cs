using Delg.Imaging.Geometry;

namespace Delg.Imaging.Drawing;

/// <summary>Lines over a common horizontal axis.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Points">By rising X; finite.</param>
public sealed record ChartLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <param name="Title">What the vertical axis shows.</param>
/// <param name="Lines">Drawn in this order; those without points are left out of the legend.</param>
public sealed record ChartPanel(string Title, IReadOnlyList<ChartLine> Lines);

/// <summary>Draws panels of lines with axes, two panels a row.</summary>
public static class LineChart
{
    private const int PanelWidth = 560, PanelHeight = 340;
    private const int Columns = 2;
    private const double Left = 62, Right = 18, Top = 40, Bottom = 34;
    private const double TextSize = 9;
    private const int TickGoal = 5;
    private const byte Paper = 252;
    private const string Ink = "#2a2f3a", Grid = "#dcdfe5";

    private static readonly string[] _colours = ["#2b6cb0", "#d9622b", "#2f8f5b", "#8a4fb0"];

    /// <param name="panels">At least one.</param>
    public static RgbImage Draw(IReadOnlyList<ChartPanel> panels)
    {
        ArgumentNullException.ThrowIfNull(panels);
        ArgumentOutOfRangeException.ThrowIfZero(panels.Count);
        int columns = Math.Min(Columns, panels.Count), rows = (panels.Count + Columns - 1) / Columns;
        var picture = new RgbImage(columns * PanelWidth, rows * PanelHeight);
        Array.Fill(picture.Pixels, Paper);
        var canvas = new SvgCanvas(picture.Width, picture.Height);
        for (int i = 0; i < panels.Count; i++) DrawPanel(canvas, panels[i], i % Columns * PanelWidth, i / Columns * PanelHeight);
        canvas.DrawOver(picture);
        return picture;
    }

    private static void DrawPanel(SvgCanvas canvas, ChartPanel panel, double x, double y)
    {
        ChartLine[] lines = [.. panel.Lines.Where(l => l.Points.Count > 0)];
        canvas.Text(panel.Title, x + Left, y + 12, TextSize + 1, Ink);
        if (lines.Length == 0)
        {
            canvas.Text("nothing yet", x + Left, y + Top + 12, TextSize, Ink);
            return;
        }
        var across = Axis.Of(lines.SelectMany(l => l.Points).Select(p => p.X), x + Left, x + PanelWidth - Right);
        var upward = Axis.Of(lines.SelectMany(l => l.Points).Select(p => p.Y), y + PanelHeight - Bottom, y + Top);
        foreach (double tick in across.Ticks)
        {
            double at = across.Place(tick);
            canvas.Line(new PlanePoint(at, y + Top), new PlanePoint(at, y + PanelHeight - Bottom), $"stroke='{Grid}' stroke-width='1'");
            canvas.Text(Label(tick), at - Width(Label(tick)) / 2, y + PanelHeight - Bottom + 9, TextSize, Ink);
        }
        foreach (double tick in upward.Ticks)
        {
            double at = upward.Place(tick);
            canvas.Line(new PlanePoint(x + Left, at), new PlanePoint(x + PanelWidth - Right, at), $"stroke='{Grid}' stroke-width='1'");
            canvas.Text(Label(tick), x + Left - 8 - Width(Label(tick)), at - TextSize / 2, TextSize, Ink);
        }
        double legend = x + PanelWidth - Right;
        for (int i = lines.Length - 1; i >= 0; i--)
        {
            string colour = _colours[i % _colours.Length];
            legend -= Width(lines[i].Name);
            canvas.Text(lines[i].Name, legend, y + 13, TextSize, colour);
            legend -= 16;
            DrawLine(canvas, lines[i].Points, across, upward, colour);
        }
    }

    private static void DrawLine(SvgCanvas canvas, IReadOnlyList<(double X, double Y)> points, Axis across, Axis upward, string colour)
    {
        PlanePoint[] placed = [.. points.Select(p => new PlanePoint(across.Place(p.X), upward.Place(p.Y)))];
        string path = "M" + string.Join('L', placed.Select(p => $"{SvgCanvas.Number(p.X)} {SvgCanvas.Number(p.Y)}"));
        canvas.Path(path, $"fill='none' stroke='{colour}' stroke-width='1.8' stroke-linejoin='round'");
        // Few points: a line of one would not be seen, and of some one wants to see where they are.
        foreach (PlanePoint p in placed.Length <= 30 ? placed : []) canvas.Circle(p.X, p.Y, 2.6, $"fill='{colour}'");
    }

    private static double Width(string text) => StrokeFont.Measure(text) * TextSize / StrokeFont.Height;

    private static string Label(double value) => value.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Values to pixels, with ticks at round values.</summary>
    private sealed record Axis(double From, double To, double Start, double End, IReadOnlyList<double> Ticks)
    {
        public static Axis Of(IEnumerable<double> values, double start, double end)
        {
            double[] all = [.. values];
            double low = all.Min(), high = all.Max();
            if (high - low <= Math.Abs(high) * 1e-9) (low, high) = (low - Math.Max(Math.Abs(low) * 0.1, 1e-6), high + Math.Max(Math.Abs(high) * 0.1, 1e-6));
            double step = RoundStep((high - low) / TickGoal);
            var ticks = new List<double>();
            for (double tick = Math.Ceiling(low / step) * step; tick <= high + step * 1e-6; tick += step) ticks.Add(tick);
            return new Axis(low, high, start, end, ticks);
        }

        public double Place(double value) => Start + (value - From) / (To - From) * (End - Start);

        /// <summary>1, 2 or 5 times a power of ten, the next above.</summary>
        private static double RoundStep(double step)
        {
            double power = Math.Pow(10, Math.Floor(Math.Log10(step)));
            double lead = step / power;
            return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
        }
    }
}
