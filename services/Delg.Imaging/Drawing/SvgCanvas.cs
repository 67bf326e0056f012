using System.Globalization;
using System.Text;
using Delg.Imaging.Decoding;
using Delg.Imaging.Geometry;
using NetVips;

namespace Delg.Imaging.Drawing;

/// <summary>Collects shapes as SVG and lets librsvg draw them. Only text made here reaches librsvg, never text of a caller.</summary>
internal sealed class SvgCanvas(int width, int height)
{
    private readonly StringBuilder _shapes = new();

    public int Width { get; } = width;

    public int Height { get; } = height;

    public static string Number(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);

    public void Rectangle(double x, double y, double width, double height, string style) =>
        Append($"<rect x='{Number(x)}' y='{Number(y)}' width='{Number(width)}' height='{Number(height)}' {style}/>");

    public void Circle(double x, double y, double radius, string style) =>
        Append($"<circle cx='{Number(x)}' cy='{Number(y)}' r='{Number(radius)}' {style}/>");

    public void Ellipse(double x, double y, double radiusX, double radiusY, string style) =>
        Append($"<ellipse cx='{Number(x)}' cy='{Number(y)}' rx='{Number(radiusX)}' ry='{Number(radiusY)}' {style}/>");

    public void Line(PlanePoint from, PlanePoint to, string style) =>
        Append($"<line x1='{Number(from.X)}' y1='{Number(from.Y)}' x2='{Number(to.X)}' y2='{Number(to.Y)}' {style}/>");

    public void Polygon(IEnumerable<PlanePoint> corners, string style) =>
        Append($"<polygon points='{string.Join(' ', corners.Select(p => $"{Number(p.X)},{Number(p.Y)}"))}' {style}/>");

    public void Path(string data, string style) => Append($"<path d='{data}' {style}/>");

    /// <summary>One line of <see cref="StrokeFont"/> text whose capitals are <paramref name="size"/> pixels high, top left corner at (x, y).</summary>
    public void Text(string text, double x, double y, double size, string colour, double weight = 0.75)
    {
        double scale = size / StrokeFont.Height;
        Append($"<g transform='translate({Number(x)},{Number(y)}) scale({scale.ToString("0.####", CultureInfo.InvariantCulture)})' fill='none' stroke='{colour}' "
            + $"stroke-width='{Number(weight)}' stroke-linecap='round' stroke-linejoin='round'>{StrokeFont.Paths(text)}</g>");
    }

    /// <summary>What follows is drawn only inside the rectangle, until <see cref="EndGroup"/>.</summary>
    public void BeginClip(string id, double x, double y, double width, double height)
    {
        Append($"<clipPath id='{id}'><rect x='{Number(x)}' y='{Number(y)}' width='{Number(width)}' height='{Number(height)}'/></clipPath>");
        Append($"<g clip-path='url(#{id})'>");
    }

    /// <summary>What follows is moved, turned or blurred by the group's attributes, until <see cref="EndGroup"/>.</summary>
    public void BeginGroup(string attributes) => Append($"<g {attributes}>");

    public void EndGroup() => Append("</g>");

    /// <summary>Definitions: gradients, patterns, filters.</summary>
    public void Define(string definitions) => Append($"<defs>{definitions}</defs>");

    /// <summary>Draws the shapes over the background, in place. Both have the canvas's size.</summary>
    public void DrawOver(RgbImage background)
    {
        using var shapes = Load();
        using var below = ImageEncoder.Wrap(background);
        using var mixed = below.Composite2(shapes, Enums.BlendMode.Over);
        using var flat = mixed.ExtractBand(0, n: RgbImage.Channels);
        using var bytes = flat.Cast(Enums.BandFormat.Uchar);
        bytes.WriteToMemory<byte>().CopyTo(background.Pixels, 0);
    }

    private Image Load()
    {
        VipsRuntime.EnsureReady();
        string svg = $"<svg xmlns='http://www.w3.org/2000/svg' width='{Width}' height='{Height}' viewBox='0 0 {Width} {Height}'>{_shapes}</svg>";
        return Image.SvgloadBuffer(Encoding.UTF8.GetBytes(svg), unlimited: true);
    }

    private void Append(string element) => _shapes.Append(element);
}
