using Delg.Imaging.Drawing;

namespace Delg.Imaging.Scenes;

/// <summary>House fronts seen straight on: a wall of brick, stone or plaster with windows, balconies, ornaments, a shop and a door.</summary>
internal static class FacadeTexture
{
    private const int Width = 820;
    private const int Height = 720;

    public static RgbImage Draw(string wall, SceneRandom random)
    {
        var image = new RgbImage(Width, Height);
        var canvas = new SvgCanvas(Width, Height);
        double hue = wall == "brick" ? random.Between(4, 26) : random.Between(20, 65);
        double lightness = wall switch { "brick" => random.Between(0.32, 0.46), "stone" => random.Between(0.55, 0.7), _ => random.Between(0.62, 0.8) };
        if (wall == "stucco")
            hue = random.Between(0, 360);
        Wall(canvas, wall, hue, lightness, random);

        int columns = random.Whole(3, 5), floors = random.Whole(2, 3);
        const double shopHeight = 190, cornice = 46;
        string trim = SceneRandom.Colour(hue + random.Between(-20, 20), 0.18, random.Chance(0.6) ? 0.86 : 0.3);
        string frame = SceneRandom.Colour(random.Between(0, 360), random.Between(0.1, 0.5), random.Between(0.15, 0.85));
        double floorHeight = (Height - shopHeight - cornice) / floors;
        var style = new WindowStyle(random.Whole(0, 2), random.Chance(0.5), random.Whole(1, 2), random.Whole(1, 3), trim, frame, SceneRandom.Colour(random.Between(0, 360), 0.5, 0.35));
        for (int floor = 0; floor < floors; floor++)
        {
            double top = cornice + floor * floorHeight;
            bool balcony = random.Chance(0.4);
            for (int column = 0; column < columns; column++)
            {
                double cell = (double)Width / columns;
                double width = cell * 0.46, height = floorHeight * 0.62;
                Window(canvas, cell * (column + 0.5) - width / 2, top + floorHeight * 0.17, width, height, style, balcony, random);
            }

            canvas.Rectangle(0, top + floorHeight - 9, Width, 7, $"fill='{trim}' stroke='#000' stroke-opacity='0.3'");
        }

        Cornice(canvas, cornice, trim, random);
        Shop(canvas, Height - shopHeight, shopHeight, trim, random);
        canvas.DrawOver(image);
        new ValueNoise(random.Seed()).Roughen(image, wall == "stucco" ? 16 : 11, 90, 120);
        new ValueNoise(random.Seed()).Roughen(image, 9, 6, 5);
        return image;
    }

    private static void Wall(SvgCanvas canvas, string wall, double hue, double lightness, SceneRandom random)
    {
        canvas.Rectangle(0, 0, Width, Height, $"fill='{SceneRandom.Colour(hue, 0.12, lightness * 0.72)}'");
        if (wall == "stucco")
        {
            canvas.Rectangle(0, 0, Width, Height, $"fill='{SceneRandom.Colour(hue, random.Between(0.15, 0.5), lightness)}'");
            for (int i = 0; i < 14; i++)
                Crack(canvas, random);
            return;
        }

        double brickHeight = wall == "brick" ? 13 : random.Between(30, 42);
        double brickWidth = brickHeight * (wall == "brick" ? 2.6 : 2.2);
        double saturation = wall == "brick" ? 0.42 : 0.14;
        for (int row = 0; row * brickHeight < Height; row++)
        {
            for (double x = row % 2 == 0 ? 0 : -brickWidth / 2; x < Width; x += brickWidth)
            {
                string colour = SceneRandom.Colour(hue + random.Between(-7, 7), saturation, lightness + random.Between(-0.08, 0.08));
                canvas.Rectangle(x, row * brickHeight, brickWidth - 2, brickHeight - 2, $"fill='{colour}'");
            }
        }
    }

    private static void Crack(SvgCanvas canvas, SceneRandom random)
    {
        double x = random.Between(0, Width), y = random.Between(0, Height);
        string path = $"M{SvgCanvas.Number(x)} {SvgCanvas.Number(y)}";
        for (int i = 0; i < 7; i++)
            path += $"l{SvgCanvas.Number(random.Between(-12, 12))} {SvgCanvas.Number(random.Between(2, 14))}";
        canvas.Path(path, "fill='none' stroke='#000' stroke-opacity='0.35' stroke-width='1.4'");
    }

    /// <summary>What all windows of a facade share. The head is 0 flat, 1 round arch, 2 gable.</summary>
    private sealed record WindowStyle(int Head, bool Shutters, int Mullions, int Transoms, string Trim, string Frame, string Shutter);

    private static void Window(SvgCanvas canvas, double x, double y, double width, double height, WindowStyle style, bool balcony, SceneRandom random)
    {
        canvas.Rectangle(x - 8, y - 6, width + 16, height + 14, $"fill='{style.Trim}' stroke='#000' stroke-opacity='0.35' stroke-width='1.5'");
        Head(canvas, x, y, width, style);
        string glass = SceneRandom.Colour(random.Between(195, 235), 0.35, random.Between(0.12, 0.45));
        canvas.Rectangle(x, y, width, height, $"fill='{glass}'");
        // What stands behind and before each pane is what tells one window from the next.
        canvas.Polygon(
            [new(x, y + height * random.Between(0.1, 0.6)), new(x + width * random.Between(0.3, 1), y), new(x + width, y), new(x, y + height)],
            "fill='#ffffff' fill-opacity='0.16'");
        if (random.Chance(0.6))
            Curtain(canvas, x, y, width, height, random);
        if (random.Chance(0.3))
            canvas.Rectangle(x, y, width, height * random.Between(0.2, 0.7), $"fill='{SceneRandom.Colour(random.Between(30, 60), 0.25, 0.78)}'");
        for (int i = 0; i <= style.Mullions + 1; i++)
            canvas.Rectangle(x + (width - 5) * i / (style.Mullions + 1), y, 5, height, $"fill='{style.Frame}'");
        for (int i = 0; i <= style.Transoms + 1; i++)
            canvas.Rectangle(x, y + (height - 5) * i / (style.Transoms + 1), width, 5, $"fill='{style.Frame}'");
        if (style.Shutters)
        {
            Shutter(canvas, x - 8 - width * 0.32, y, width * 0.32, height, style.Shutter);
            Shutter(canvas, x + width + 8, y, width * 0.32, height, style.Shutter);
        }

        if (balcony)
            Balcony(canvas, x - 22, y + height * 0.62, width + 44, height * 0.44, random);
        else if (random.Chance(0.45))
            Flowers(canvas, x, y + height + 2, width, random);
    }

    private static void Head(SvgCanvas canvas, double x, double y, double width, WindowStyle style)
    {
        string fill = $"fill='{style.Trim}' stroke='#000' stroke-opacity='0.4' stroke-width='2'";
        if (style.Head == 1)
            canvas.Path($"M{SvgCanvas.Number(x - 10)} {SvgCanvas.Number(y - 5)}a{SvgCanvas.Number(width / 2 + 10)} {SvgCanvas.Number(width * 0.34)} 0 0 1 {SvgCanvas.Number(width + 20)} 0Z", fill);
        else if (style.Head == 2)
            canvas.Polygon([new(x - 14, y - 5), new(x + width / 2, y - width * 0.34), new(x + width + 14, y - 5)], fill);
        else
            canvas.Rectangle(x - 14, y - 14, width + 28, 9, fill);
        if (style.Head > 0)
            canvas.Circle(x + width / 2, y - width * 0.14, 6, $"fill='{style.Frame}' stroke='#000' stroke-opacity='0.5'");
    }

    private static void Curtain(SvgCanvas canvas, double x, double y, double width, double height, SceneRandom random)
    {
        string colour = SceneRandom.Colour(random.Between(0, 360), random.Between(0, 0.5), random.Between(0.55, 0.9));
        double share = random.Between(0.18, 0.45);
        foreach (double left in new[] { x, x + width * (1 - share) })
        {
            canvas.Rectangle(left, y, width * share, height, $"fill='{colour}'");
            for (int fold = 1; fold < 4; fold++)
                canvas.Line(new(left + width * share * fold / 4, y), new(left + width * share * fold / 4, y + height), "stroke='#000' stroke-opacity='0.25' stroke-width='2'");
        }
    }

    private static void Shutter(SvgCanvas canvas, double x, double y, double width, double height, string colour)
    {
        canvas.Rectangle(x, y, width, height, $"fill='{colour}' stroke='#000' stroke-opacity='0.5'");
        for (double slat = y + 6; slat < y + height - 4; slat += 8)
            canvas.Line(new(x + 4, slat), new(x + width - 4, slat), "stroke='#000' stroke-opacity='0.45' stroke-width='2.5'");
    }

    private static void Balcony(SvgCanvas canvas, double x, double y, double width, double height, SceneRandom random)
    {
        const string iron = "stroke='#15161a' fill='none' stroke-width='2.6'";
        for (double bar = x + 4; bar < x + width; bar += 11)
        {
            canvas.Line(new(bar, y), new(bar, y + height), iron);
            canvas.Circle(bar + 5.5, y + height * 0.3, 3.8, iron);
        }

        canvas.Rectangle(x, y - 3, width, 5, "fill='#15161a'");
        canvas.Rectangle(x - 4, y + height, width + 8, 10, "fill='#8f8a80' stroke='#000' stroke-opacity='0.5'");
        if (random.Chance(0.5))
            Flowers(canvas, x + width * random.Between(0, 0.4), y, width * 0.5, random);
    }

    private static void Flowers(SvgCanvas canvas, double x, double y, double width, SceneRandom random)
    {
        canvas.Rectangle(x, y, width, 13, $"fill='{SceneRandom.Colour(random.Between(10, 30), 0.5, 0.3)}'");
        double hue = random.Between(0, 360);
        for (int i = 0; i < 26; i++)
        {
            string colour = random.Chance(0.5) ? SceneRandom.Colour(random.Between(90, 130), 0.5, random.Between(0.2, 0.4)) : SceneRandom.Colour(hue, 0.8, random.Between(0.4, 0.7));
            canvas.Circle(x + random.Between(0, width), y + random.Between(-14, 4), random.Between(2, 5), $"fill='{colour}'");
        }
    }

    private static void Cornice(SvgCanvas canvas, double height, string trim, SceneRandom random)
    {
        canvas.Rectangle(0, 0, Width, height - 14, $"fill='{trim}' stroke='#000' stroke-opacity='0.35'");
        double step = random.Between(18, 40);
        bool round = random.Chance(0.5);
        for (double x = step / 2; x < Width; x += step)
        {
            if (round)
                canvas.Circle(x, height - 14, step * 0.3, $"fill='{trim}' stroke='#000' stroke-opacity='0.5' stroke-width='1.5'");
            else
                canvas.Rectangle(x - step * 0.25, height - 16, step * 0.5, 14, $"fill='{trim}' stroke='#000' stroke-opacity='0.5' stroke-width='1.5'");
        }
    }

    private static void Shop(SvgCanvas canvas, double top, double height, string trim, SceneRandom random)
    {
        double hue = random.Between(0, 360);
        canvas.Rectangle(0, top, Width, height, $"fill='{SceneRandom.Colour(hue, 0.4, random.Between(0.2, 0.4))}'");
        canvas.Rectangle(0, top, Width, 46, $"fill='{SceneRandom.Colour(hue + random.Between(-40, 40), 0.5, random.Between(0.14, 0.3))}' stroke='{trim}' stroke-width='3'");
        string name = $"{random.Word(3)} {random.Word(2)}";
        canvas.Text(name, random.Between(40, 220), top + 11, 24, SceneRandom.Colour(random.Between(35, 60), 0.7, 0.82), random.Between(0.8, 1.3));

        double door = random.Between(0.1, 0.75) * Width;
        for (double x = 16; x < Width - 90; x += 132)
        {
            if (Math.Abs(x + 55 - door) < 110)
                continue;
            canvas.Rectangle(x, top + 58, 116, height - 80, $"fill='{SceneRandom.Colour(210, 0.3, random.Between(0.1, 0.3))}' stroke='{trim}' stroke-width='5'");
            for (int i = 0; i < 16; i++)
            {
                double goods = random.Between(6, 17);
                canvas.Rectangle(x + random.Between(6, 90), top + random.Between(78, 158), goods, goods * random.Between(0.6, 1.5),
                    $"fill='{SceneRandom.Colour(random.Between(0, 360), 0.65, random.Between(0.35, 0.75))}' stroke='#000' stroke-opacity='0.4'");
            }

            if (random.Chance(0.6))
                canvas.Text(random.Word(2), x + 12, top + 66, 11, "#f0ead8", 1);
        }

        Door(canvas, door - 48, top + 50, 96, height - 50, trim, random);
    }

    private static void Door(SvgCanvas canvas, double x, double y, double width, double height, string trim, SceneRandom random)
    {
        string colour = SceneRandom.Colour(random.Between(0, 360), 0.5, random.Between(0.2, 0.4));
        canvas.Rectangle(x, y, width, height, $"fill='{colour}' stroke='{trim}' stroke-width='8'");
        foreach (double panel in new[] { 0.1, 0.55 })
        {
            canvas.Rectangle(x + width * panel, y + height * 0.1, width * 0.35, height * 0.34, "fill='#cfe0ea' fill-opacity='0.5' stroke='#000' stroke-width='2'");
            canvas.Rectangle(x + width * panel, y + height * 0.54, width * 0.35, height * 0.36, "fill='#000' fill-opacity='0.2' stroke='#000' stroke-width='2'");
        }

        canvas.Circle(x + width * 0.5, y + height * 0.5, 4, "fill='#e5c15a' stroke='#000'");
        canvas.Text(random.Whole(1, 199).ToString(System.Globalization.CultureInfo.InvariantCulture), x + width * 0.38, y + 6, 9, "#ffffff", 1);
    }
}
