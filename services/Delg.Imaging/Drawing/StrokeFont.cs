using System.Text;

namespace Delg.Imaging.Drawing;

/// <summary>
/// A small lettering of strokes, as SVG paths: text that looks the same on every machine, with or without fonts. Capitals, digits and
/// common signs on a cell 4 wide and 6 high; small letters are shown as capitals, anything unknown as a box.
/// </summary>
internal static class StrokeFont
{
    public const double Height = 6;

    private const double Gap = 1.7;
    private const double WordSpace = 2.4;
    private const string Unknown = "M0 0H4V6H0Z";

    private static readonly Dictionary<char, (double Width, string Path)> _glyphs = new()
    {
        ['A'] = (4, "M0 6L2 0L4 6M.8 3.9H3.2"),
        ['B'] = (3.7, "M0 0V6H2C4.2 6 4.2 3 2 3H0M2 3C3.8 3 3.8 0 2 0H0"),
        ['C'] = (4, "M4 1.2C3 -.4 0 -.6 0 3S3 6.4 4 4.8"),
        ['D'] = (4, "M0 0V6H1.5C4.8 6 4.8 0 1.5 0Z"),
        ['E'] = (3.4, "M3.4 0H0V6H3.4M0 3H2.8"),
        ['F'] = (3.4, "M3.4 0H0V6M0 3H2.8"),
        ['G'] = (4, "M4 1.2C3 -.4 0 -.6 0 3S3 6.4 4 4.8V3.2H2.3"),
        ['H'] = (3.8, "M0 0V6M3.8 0V6M0 3H3.8"),
        ['I'] = (.6, "M.3 0V6"),
        ['J'] = (2.8, "M2.8 0V4.4C2.8 6.4 .2 6.4 0 4.6"),
        ['K'] = (3.7, "M0 0V6M3.6 0L0 3.8M1.3 2.6L3.7 6"),
        ['L'] = (3.2, "M0 0V6H3.2"),
        ['M'] = (4.6, "M0 6V0L2.3 4L4.6 0V6"),
        ['N'] = (3.9, "M0 6V0L3.9 6V0"),
        ['O'] = (4.2, "M2.1 0C-.7 0 -.7 6 2.1 6S4.9 0 2.1 0Z"),
        ['P'] = (3.6, "M0 6V0H2C4.2 0 4.2 3.4 2 3.4H0"),
        ['Q'] = (4.2, "M2.1 0C-.7 0 -.7 6 2.1 6S4.9 0 2.1 0ZM2.6 4.4L4.2 6.3"),
        ['R'] = (3.8, "M0 6V0H2C4.2 0 4.2 3.2 2 3.2H0M2.1 3.2L3.8 6"),
        ['S'] = (3.6, "M3.5 1C2.8 -.4 .2 -.4 .2 1.5S3.6 2.7 3.6 4.5S.5 6.5 0 4.9"),
        ['T'] = (3.8, "M0 0H3.8M1.9 0V6"),
        ['U'] = (3.8, "M0 0V4C0 6.7 3.8 6.7 3.8 4V0"),
        ['V'] = (4, "M0 0L2 6L4 0"),
        ['W'] = (5.6, "M0 0L1.4 6L2.8 1.2L4.2 6L5.6 0"),
        ['X'] = (3.8, "M0 0L3.8 6M3.8 0L0 6"),
        ['Y'] = (3.8, "M0 0L1.9 3L3.8 0M1.9 3V6"),
        ['Z'] = (3.7, "M0 0H3.7L0 6H3.7"),
        ['0'] = (3.6, "M1.8 0C-.6 0 -.6 6 1.8 6S4.2 0 1.8 0Z"),
        ['1'] = (1.8, "M0 1.4L1.5 0V6"),
        ['2'] = (3.5, "M.1 1.5C.4 -.5 3.4 -.5 3.4 1.6C3.4 3 1.5 4 0 6H3.5"),
        ['3'] = (3.5, "M.2 1C1 -.4 3.3 -.3 3.3 1.4S1.8 2.9 1.4 2.9C2 2.9 3.5 3 3.5 4.5S.8 6.6 0 4.9"),
        ['4'] = (3.8, "M2.9 6V0L0 4.2H3.8"),
        ['5'] = (3.5, "M3.2 0H.6L.3 2.8C1.2 1.9 3.5 2 3.5 4S.8 6.7 0 5"),
        ['6'] = (3.6, "M3.2 .6C1.6 -.7 0 1.4 0 3.8C0 6.7 3.6 6.7 3.6 4.1S.6 2 .1 3.8"),
        ['7'] = (3.5, "M0 0H3.5L1.2 6"),
        ['8'] = (3.6, "M1.8 2.8C-.2 2.8 -.2 0 1.8 0S3.8 2.8 1.8 2.8C-.6 2.8 -.6 6 1.8 6S4.2 2.8 1.8 2.8Z"),
        ['9'] = (3.6, "M3.5 2.2C3 4 0 4.5 0 1.9S3.6 -.7 3.6 2.2C3.6 4.6 2 6.7 .4 5.4"),
        ['.'] = (.6, "M.3 5.7V6"),
        [','] = (.8, "M.5 5.6L.2 6.8"),
        [':'] = (.6, "M.3 2V2.3M.3 5.7V6"),
        ['-'] = (2.4, "M.2 3.2H2.2"),
        ['_'] = (3.4, "M0 6.4H3.4"),
        ['+'] = (3.2, "M0 3.2H3.2M1.6 1.6V4.8"),
        ['='] = (3, "M0 2.3H3M0 4.1H3"),
        ['/'] = (2.6, "M0 6.4L2.6 -.4"),
        ['%'] = (4.4, "M.4 6L4 0M.9 0C-.1 0 -.1 2 .9 2S1.9 0 .9 0ZM3.5 4C2.5 4 2.5 6 3.5 6S4.5 4 3.5 4Z"),
        ['('] = (1.2, "M1.2 -.5C-.4 1.5 -.4 4.5 1.2 6.5"),
        [')'] = (1.2, "M0 -.5C1.6 1.5 1.6 4.5 0 6.5"),
        ['!'] = (.6, "M.3 0V4M.3 5.7V6"),
        ['?'] = (3, "M0 1.2C.4 -.5 3 -.4 3 1.4S1.5 2.8 1.5 4.2M1.5 5.7V6"),
        ['&'] = (4.2, "M4.2 6L.8 1.5C.4 .4 2.6 -.8 2.9 .9C3 2.2 0 2.6 0 4.4C0 6.6 3.5 6.6 3.8 3.4"),
        ['\''] = (.6, "M.3 0V1.4"),
        ['·'] = (.6, "M.3 2.9V3.2"),
        ['→'] = (4.2, "M0 3.2H4.2M2.6 1.6L4.2 3.2L2.6 4.8"),
    };

    /// <summary>How wide a line of text is, in units of the cell.</summary>
    public static double Measure(string text)
    {
        double width = 0;
        foreach (char c in text)
            width += Advance(c);
        return Math.Max(width - Gap, 0);
    }

    /// <summary>SVG elements of one line of text, its top left corner at the origin, in units of the cell.</summary>
    public static string Paths(string text)
    {
        var svg = new StringBuilder();
        double x = 0;
        foreach (char c in text)
        {
            if (c != ' ')
                svg.Append("<path transform='translate(").Append(SvgCanvas.Number(x)).Append(")' d='").Append(Glyph(c).Path).Append("'/>");
            x += Advance(c);
        }

        return svg.ToString();
    }

    private static double Advance(char c) => c == ' ' ? WordSpace : Glyph(c).Width + Gap;

    private static (double Width, string Path) Glyph(char c) => _glyphs.TryGetValue(char.ToUpperInvariant(c), out var glyph) ? glyph : (4, Unknown);
}
