using Delg.Imaging.Geometry;
using Delg.Imaging.Resizing;

namespace Delg.Imaging.Drawing;

/// <summary>
/// Draws why a hit is a hit: the query on the left, the candidate on the right, a line for every inlier, and the query's matched
/// region with its projection into the candidate.
/// </summary>
public static class MatchPicture
{
    private const int Gap = 6;
    private const int CaptionHeight = 30;
    private const double CaptionSize = 11;
    private const byte Paper = 250;

    /// <summary>The golden angle: neighbouring lines get hues far apart however many there are.</summary>
    private const double HueStepDegrees = 137.508;

    /// <summary>Draws the picture; it is never wider than <see cref="MatchPictureOptions.MaxWidthPixels"/>.</summary>
    public static RgbImage Draw(MatchPictureContent content, MatchPictureOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        options ??= new MatchPictureOptions();
        options.Validate();

        double height = PanelHeight(content, options);
        var query = Panel.Of(content.Query, 0, height);
        var candidate = Panel.Of(content.Candidate, query.Width + Gap, height);
        int caption = content.Caption.Length > 0 ? CaptionHeight : 0;
        var picture = new RgbImage(candidate.Left + candidate.Width, query.Height + caption);
        Array.Fill(picture.Pixels, Paper);
        query.CopyTo(picture);
        candidate.CopyTo(picture);

        var canvas = new SvgCanvas(picture.Width, picture.Height);
        DrawRegions(canvas, content, query, candidate);
        DrawInliers(canvas, content, query, candidate, options.MaxLines);
        if (caption > 0)
            DrawCaption(canvas, content.Caption, query.Height);
        canvas.DrawOver(picture);
        return picture;
    }

    private static double PanelHeight(MatchPictureContent content, MatchPictureOptions options)
    {
        double aspects = (double)content.Query.Width / content.Query.Height + (double)content.Candidate.Width / content.Candidate.Height;
        return Math.Min(options.HeightPixels, (options.MaxWidthPixels - Gap - 1) / aspects);
    }

    private static void DrawRegions(SvgCanvas canvas, MatchPictureContent content, Panel query, Panel candidate)
    {
        if (content.QueryRegion.Count == 0)
            return;
        Outline(canvas, "query", query, content.QueryRegion);
        if (content.QueryToCandidate.Count > 0)
        {
            var map = Homography.Affine([.. content.QueryToCandidate]);
            Outline(canvas, "candidate", candidate, content.QueryRegion.Select(map.Map));
        }
    }

    private static void Outline(SvgCanvas canvas, string id, Panel panel, IEnumerable<PlanePoint> corners)
    {
        PlanePoint[] placed = [.. corners.Select(panel.Place)];
        canvas.BeginClip(id, panel.Left, 0, panel.Width, panel.Height);
        canvas.Polygon(placed, "fill='#ffffff' fill-opacity='0.08' stroke='#000000' stroke-opacity='0.55' stroke-width='6' stroke-linejoin='round'");
        canvas.Polygon(placed, "fill='none' stroke='#ffe23f' stroke-width='3' stroke-linejoin='round'");
        canvas.EndGroup();
    }

    private static void DrawInliers(SvgCanvas canvas, MatchPictureContent content, Panel query, Panel candidate, int maxLines)
    {
        // From top to bottom, so that hues of neighbouring lines are far apart.
        var lines = content.Inliers.Take(maxLines)
            .OrderBy(l => l.Query.Y).ThenBy(l => l.Query.X)
            .Select((l, i) => (From: query.Place(l.Query), To: candidate.Place(l.Candidate), Colour: Hue(i * HueStepDegrees)))
            .ToArray();
        // Many lines hide the pictures: thinner and fainter then.
        double width = lines.Length > 40 ? 1.3 : 2;
        double opacity = lines.Length > 40 ? 0.8 : 0.95;
        foreach (var line in lines)
            canvas.Line(line.From, line.To, $"stroke='#000000' stroke-opacity='0.22' stroke-width='{SvgCanvas.Number(width + 1.2)}'");
        foreach (var line in lines)
            canvas.Line(line.From, line.To, $"stroke='{line.Colour}' stroke-opacity='{SvgCanvas.Number(opacity)}' stroke-width='{SvgCanvas.Number(width)}'");
        foreach (var line in lines)
        {
            foreach (var end in new[] { line.From, line.To })
                canvas.Circle(end.X, end.Y, 3.4, $"fill='{line.Colour}' stroke='#ffffff' stroke-width='1.2'");
        }
    }

    private static void DrawCaption(SvgCanvas canvas, string caption, int top)
    {
        canvas.Rectangle(0, top, canvas.Width, CaptionHeight, "fill='#1f2430'");
        // A long caption shrinks rather than losing its end.
        double room = canvas.Width - 24;
        double size = Math.Min(CaptionSize, room * StrokeFont.Height / Math.Max(StrokeFont.Measure(caption), 1));
        canvas.Text(caption, 12, top + (CaptionHeight - size) / 2, size, "#f4f4f0");
    }

    /// <summary>A vivid colour of the given hue, dark enough for white paper and light enough for photos.</summary>
    private static string Hue(double degrees)
    {
        byte Channel(double offset)
        {
            double k = (offset + degrees / 30) % 12;
            const double lightness = 0.56, spread = 0.42;
            return (byte)Math.Round(255 * (lightness - spread * Math.Max(-1, Math.Min(Math.Min(k - 3, 9 - k), 1))));
        }

        return $"#{Channel(0):x2}{Channel(8):x2}{Channel(4):x2}";
    }

    /// <summary>One photo scaled to the common height.</summary>
    private sealed record Panel(RgbImage Image, int Left, double ScaleX, double ScaleY)
    {
        public int Width => Image.Width;

        public int Height => Image.Height;

        public static Panel Of(RgbImage photo, int left, double height)
        {
            int rows = Math.Max((int)height, 1);
            int columns = Math.Max((int)(photo.Width * height / photo.Height), 1);
            return new(PillowResize.Bilinear(photo, columns, rows), left, (double)columns / photo.Width, (double)rows / photo.Height);
        }

        public PlanePoint Place(PlanePoint p) => new(Left + p.X * ScaleX, p.Y * ScaleY);

        public void CopyTo(RgbImage picture)
        {
            for (int y = 0; y < Image.Height; y++)
                Image.Row(y).CopyTo(picture.Row(y)[(Left * RgbImage.Channels)..]);
        }
    }
}
