using Delg.Imaging.Drawing;
using Delg.Imaging.Geometry;

namespace Delg.Imaging.Scenes;

/// <summary>Printed flat things: posters, book covers and the sides of boxes. One house style a family, one drawing and lettering a group.</summary>
internal static class PrintTexture
{
    public static RgbImage Poster(SceneRandom random)
    {
        var (image, canvas, hue) = Paper(560, 760, random, lightness: 0.86);
        Drawing(canvas, 30, 150, 500, 430, hue, random);
        canvas.Text(random.Word(random.Whole(2, 3)), 34, 40, 74, SceneRandom.Colour(hue + 180, 0.7, 0.3), random.Between(0.9, 1.5));
        for (int line = 0; line < 4; line++)
            canvas.Text($"{random.Word(3)} {random.Word(2)} {random.Word(3)}", 36, 612 + line * 32, random.Between(13, 20), "#22242c", 0.9);
        canvas.Rectangle(10, 10, 540, 740, $"fill='none' stroke='{SceneRandom.Colour(hue, 0.6, 0.35)}' stroke-width='{random.Whole(4, 12)}'");
        return Printed(image, canvas, random);
    }

    public static RgbImage BookCover(SceneRandom random)
    {
        var (image, canvas, hue) = Paper(480, 680, random, lightness: random.Between(0.25, 0.5));
        Drawing(canvas, 40, 230, 400, 340, hue + 60, random);
        canvas.Rectangle(40, 50, 400, 150, "fill='#f6f1e2' stroke='#2b2418' stroke-width='3'");
        canvas.Rectangle(48, 58, 384, 134, "fill='none' stroke='#2b2418' stroke-width='1.5'");
        canvas.Text(random.Word(3), 74, 78, 40, "#2b2418", 0.9);
        canvas.Text($"{random.Word(2)} & {random.Word(2)}", 76, 144, 24, SceneRandom.Colour(hue, 0.6, 0.35), 1);
        canvas.Text($"{random.Word(2)} {random.Word(3)}", 90, 606, 26, "#f6f1e2", 0.9);
        return Printed(image, canvas, random);
    }

    /// <summary>Front, side and top of one box, in this order; they share colours and the brand.</summary>
    public static RgbImage[] Box(SceneRandom random)
    {
        double hue = random.Between(0, 360);
        string brand = random.Word(2);
        return [Side(380, 520, hue, brand, random), Side(200, 520, hue, brand, random), Side(380, 200, hue, brand, random)];
    }

    private static RgbImage Side(int width, int height, double hue, string brand, SceneRandom random)
    {
        var image = new RgbImage(width, height);
        var canvas = new SvgCanvas(width, height);
        canvas.Rectangle(0, 0, width, height, $"fill='{SceneRandom.Colour(hue, 0.65, 0.55)}'");
        for (int i = 0; i < 6; i++)
        {
            canvas.Polygon(
                [new(0, random.Between(0, height)), new(width, random.Between(0, height)), new(width, random.Between(0, height)), new(0, random.Between(0, height))],
                $"fill='{SceneRandom.Colour(hue + random.Between(-50, 50), 0.6, random.Between(0.35, 0.75))}' fill-opacity='0.7'");
        }

        double unit = Math.Min(width, height) / 200.0;
        double size = Math.Min(width * 0.7 * StrokeFont.Height / StrokeFont.Measure(brand), height * 0.16);
        canvas.Ellipse(width * 0.5, size * 1.1, width * 0.47, size, $"fill='{SceneRandom.Colour(hue + 180, 0.7, 0.28)}' stroke='#fff' stroke-width='4'");
        canvas.Text(brand, (width - StrokeFont.Measure(brand) * size / StrokeFont.Height) / 2, size * 0.6, size, "#ffffff", 1.2);
        Drawing(canvas, width * 0.12, size * 2.4, width * 0.76, height - size * 2.4 - 74 * unit, hue + 120, random);
        for (int line = 0; line < 3; line++)
            canvas.Text($"{random.Word(2)} {random.Whole(2, 950)} {random.Word(3)}", width * 0.08, height - 62 * unit + line * 18 * unit, 10 * unit, "#14161c", 0.9);
        canvas.DrawOver(image);
        new ValueNoise(random.Seed()).Roughen(image, 5, 40, 40);
        return image;
    }

    private static (RgbImage Image, SvgCanvas Canvas, double Hue) Paper(int width, int height, SceneRandom random, double lightness)
    {
        var canvas = new SvgCanvas(width, height);
        double hue = random.Between(0, 360);
        canvas.Rectangle(0, 0, width, height, $"fill='{SceneRandom.Colour(hue, 0.45, lightness)}'");
        return (new RgbImage(width, height), canvas, hue);
    }

    private static RgbImage Printed(RgbImage image, SvgCanvas canvas, SceneRandom random)
    {
        canvas.DrawOver(image);
        new ValueNoise(random.Seed()).Roughen(image, 8, 160, 160);
        new ValueNoise(random.Seed()).Roughen(image, 5, 4, 4);
        return image;
    }

    /// <summary>The picture of the print: one of four manners, full of corners and crossings.</summary>
    private static void Drawing(SvgCanvas canvas, double x, double y, double width, double height, double hue, SceneRandom random)
    {
        canvas.BeginClip($"art{SvgCanvas.Number(x)}-{SvgCanvas.Number(y)}", x, y, width, height);
        canvas.Rectangle(x, y, width, height, $"fill='{SceneRandom.Colour(hue, 0.4, random.Between(0.2, 0.9))}'");
        switch (random.Whole(0, 3))
        {
            case 0:
                Shards(canvas, x, y, width, height, hue, random);
                break;
            case 1:
                Discs(canvas, x, y, width, height, hue, random);
                break;
            case 2:
                Mosaic(canvas, x, y, width, height, hue, random);
                break;
            default:
                Landscape(canvas, x, y, width, height, hue, random);
                break;
        }

        canvas.EndGroup();
    }

    private static void Shards(SvgCanvas canvas, double x, double y, double width, double height, double hue, SceneRandom random)
    {
        PlanePoint Anywhere() => new(x + random.Between(0, width), y + random.Between(0, height));
        for (int i = 0; i < 46; i++)
        {
            var centre = Anywhere();
            PlanePoint Near() => new(centre.X + random.Between(-0.22, 0.22) * width, centre.Y + random.Between(-0.22, 0.22) * height);
            canvas.Polygon([Near(), Near(), Near()],
                $"fill='{SceneRandom.Colour(hue + random.Between(-90, 90), 0.65, random.Between(0.2, 0.85))}' stroke='#10121a' stroke-width='{random.Whole(0, 3)}'");
        }
    }

    private static void Discs(SvgCanvas canvas, double x, double y, double width, double height, double hue, SceneRandom random)
    {
        for (int i = 0; i < 26; i++)
        {
            double cx = x + random.Between(0, width), cy = y + random.Between(0, height), radius = random.Between(0.04, 0.2) * width;
            int rings = random.Whole(1, 4);
            for (int ring = rings; ring > 0; ring--)
            {
                canvas.Circle(cx, cy, radius * ring / rings,
                    $"fill='{SceneRandom.Colour(hue + random.Between(-120, 120), 0.7, random.Between(0.2, 0.85))}' stroke='#000' stroke-opacity='0.4'");
            }

            canvas.Line(new(cx - radius, cy), new(cx + radius * random.Between(1, 3), cy + random.Between(-60, 60)), "stroke='#0d1018' stroke-width='3'");
        }
    }

    private static void Mosaic(SvgCanvas canvas, double x, double y, double width, double height, double hue, SceneRandom random)
    {
        int columns = random.Whole(6, 10);
        double cell = width / columns;
        for (double top = y; top < y + height; top += cell)
        {
            for (double left = x; left < x + width - 1; left += cell)
            {
                canvas.Rectangle(left, top, cell, cell, $"fill='{SceneRandom.Colour(hue + random.Between(-60, 60), 0.55, random.Between(0.25, 0.85))}'");
                string ink = $"fill='{SceneRandom.Colour(hue + 180 + random.Between(-60, 60), 0.6, random.Between(0.15, 0.8))}'";
                switch (random.Whole(0, 3))
                {
                    case 0:
                        canvas.Polygon([new(left, top), new(left + cell, top), new(left, top + cell)], ink);
                        break;
                    case 1:
                        canvas.Circle(left + cell / 2, top + cell / 2, cell * random.Between(0.2, 0.45), ink);
                        break;
                    case 2:
                        canvas.Polygon([new(left + cell / 2, top), new(left + cell, top + cell / 2), new(left + cell / 2, top + cell), new(left, top + cell / 2)], ink);
                        break;
                    default:
                        canvas.Rectangle(left + cell * 0.2, top + cell * random.Between(0.1, 0.5), cell * 0.6, cell * 0.35, ink);
                        break;
                }
            }
        }
    }

    private static void Landscape(SvgCanvas canvas, double x, double y, double width, double height, double hue, SceneRandom random)
    {
        canvas.Circle(x + width * random.Between(0.2, 0.8), y + height * 0.25, width * 0.12, $"fill='{SceneRandom.Colour(random.Between(20, 55), 0.9, 0.6)}'");
        for (int layer = 0; layer < 5; layer++)
        {
            double top = y + height * (0.3 + 0.14 * layer);
            var ridge = new List<PlanePoint> { new(x, y + height) };
            for (int i = 0; i <= 12; i++)
                ridge.Add(new(x + width * i / 12, top + random.Between(-0.11, 0.11) * height));
            ridge.Add(new(x + width, y + height));
            canvas.Polygon(ridge, $"fill='{SceneRandom.Colour(hue + layer * 18, 0.45, 0.75 - layer * 0.12)}' stroke='#000' stroke-opacity='0.35' stroke-width='2'");
            for (int i = 0; i < 9; i++)
                Motif(canvas, x + random.Between(0.02, 0.98) * width, top + random.Between(0, 0.2) * height, random.Between(9, 24), hue, random);
        }
    }

    private static void Motif(SvgCanvas canvas, double x, double y, double size, double hue, SceneRandom random)
    {
        string dark = SceneRandom.Colour(hue + random.Between(60, 200), 0.5, random.Between(0.15, 0.4));
        if (random.Chance(0.5))
        {
            canvas.Polygon([new(x, y - size * 1.6), new(x + size * 0.6, y), new(x - size * 0.6, y)], $"fill='{dark}'");
            canvas.Rectangle(x - 1.5, y, 3, size * 0.4, "fill='#2c1d12'");
        }
        else
        {
            canvas.Rectangle(x - size / 2, y - size * 0.8, size, size * 0.8, "fill='#efe6d2' stroke='#222'");
            canvas.Polygon([new(x - size * 0.65, y - size * 0.8), new(x, y - size * 1.4), new(x + size * 0.65, y - size * 0.8)], $"fill='{dark}' stroke='#222'");
            canvas.Rectangle(x - size * 0.3, y - size * 0.5, size * 0.24, size * 0.24, $"fill='{dark}'");
        }
    }
}
