using Delg.Imaging.Drawing;
using Delg.Imaging.Geometry;

namespace Delg.Imaging.Scenes;

/// <summary>What lies behind an object and what stands in front of it, new for every view.</summary>
internal static class Surroundings
{
    /// <summary>Sky, houses next door in the facade's own plane, and the street.</summary>
    public static void Street(RgbImage photo, Viewpoint view, RgbImage facade, SceneRandom random)
    {
        var canvas = new SvgCanvas(photo.Width, photo.Height);
        double hue = random.Between(195, 225), light = random.Between(0.5, 0.85);
        canvas.Define($"<linearGradient id='sky' x1='0' y1='0' x2='0' y2='1'><stop offset='0' stop-color='{SceneRandom.Colour(hue, 0.5, light - 0.15)}'/>"
            + $"<stop offset='1' stop-color='{SceneRandom.Colour(hue, 0.3, light + 0.1)}'/></linearGradient>");
        canvas.Rectangle(0, 0, photo.Width, photo.Height, "fill='url(#sky)'");
        for (int i = 0; i < 9; i++)
            canvas.Ellipse(random.Between(0, photo.Width), random.Between(0, photo.Height * 0.4), random.Between(20, 110), random.Between(6, 26), "fill='#fff' fill-opacity='0.4'");

        double x = facade.Width / 2.0, y = facade.Height / 2.0;
        NextDoor(canvas, view, -x - random.Between(500, 900), -x, -y * random.Between(0.5, 1.1), y, random);
        NextDoor(canvas, view, x, x + random.Between(500, 900), -y * random.Between(0.5, 1.1), y, random);
        // The street starts at the wall and comes towards the camera.
        string street = SceneRandom.Colour(random.Between(0, 60), 0.06, random.Between(0.3, 0.55));
        Slab(canvas, view, -4 * x, 4 * x, y, 0, -650, $"fill='{street}'");
        Slab(canvas, view, -4 * x, 4 * x, y, 0, -90, $"fill='{SceneRandom.Colour(40, 0.08, random.Between(0.5, 0.7))}' stroke='#000' stroke-opacity='0.4' stroke-width='2'");
        canvas.DrawOver(photo);
        new ValueNoise(random.Seed()).Roughen(photo, 7, 30, 18);
    }

    /// <summary>A table of planks, a cloth, a papered wall or pavement, with small things lying about.</summary>
    public static void Surface(RgbImage photo, SceneRandom random)
    {
        var canvas = new SvgCanvas(photo.Width, photo.Height);
        double hue = random.Between(0, 360), lightness = random.Between(0.25, 0.75);
        bool wood = random.Chance(0.45);
        canvas.Rectangle(0, 0, photo.Width, photo.Height, $"fill='{SceneRandom.Colour(wood ? 28 : hue, 0.3, lightness)}'");
        double step = random.Between(36, 90);
        canvas.BeginGroup($"transform='rotate({random.Whole(-30, 30)} {photo.Width / 2} {photo.Height / 2})'");
        for (double at = -photo.Width; at < photo.Width * 2; at += step)
        {
            if (wood)
            {
                canvas.Rectangle(-photo.Width, at, photo.Width * 3, step - 2, $"fill='{SceneRandom.Colour(28, 0.4, lightness + random.Between(-0.08, 0.08))}'");
            }
            else
            {
                string line = $"stroke='{SceneRandom.Colour(hue + 30, 0.3, lightness > 0.5 ? lightness - 0.14 : lightness + 0.14)}' stroke-width='{random.Whole(2, 9)}'";
                canvas.Line(new(at, -photo.Height), new(at, photo.Height * 2), line);
                canvas.Line(new(-photo.Width, at), new(photo.Width * 2, at), line);
            }
        }

        canvas.EndGroup();
        for (int i = random.Whole(3, 9); i > 0; i--)
            Trinket(canvas, random.Between(0, photo.Width), random.Between(0, photo.Height), random);
        canvas.DrawOver(photo);
        new ValueNoise(random.Seed()).Roughen(photo, 14, wood ? 160 : 40, wood ? 7 : 40);
    }

    /// <summary>A soft shadow of the object, fallen to one side.</summary>
    public static void Shadow(RgbImage photo, IEnumerable<PlanePoint[]> outlines, SceneRandom random)
    {
        double dx = random.Between(-18, 18), dy = random.Between(6, 20);
        var canvas = new SvgCanvas(photo.Width, photo.Height);
        canvas.Define("<filter id='soft' x='-20%' y='-20%' width='140%' height='140%'><feGaussianBlur stdDeviation='7'/></filter>");
        canvas.BeginGroup("filter='url(#soft)' fill='#000' fill-opacity='0.55'");
        foreach (var outline in outlines)
            canvas.Polygon(outline.Select(p => new PlanePoint(p.X + dx, p.Y + dy)), "");
        canvas.EndGroup();
        canvas.DrawOver(photo);
    }

    /// <summary>A lamp post, a tree's branch or people before a facade.</summary>
    public static void StreetClutter(RgbImage photo, SceneRandom random)
    {
        var canvas = new SvgCanvas(photo.Width, photo.Height);
        if (random.Chance(0.5))
            Branch(canvas, random);
        if (random.Chance(0.4))
            LampPost(canvas, random);
        for (int i = random.Whole(0, 4); i > 0; i--)
            Passer(canvas, random);
        canvas.DrawOver(photo);
    }

    /// <summary>Small things that lie across an object's edge.</summary>
    public static void TableClutter(RgbImage photo, SceneRandom random)
    {
        var canvas = new SvgCanvas(photo.Width, photo.Height);
        for (int i = random.Whole(1, 3); i > 0; i--)
        {
            // Near a rim of the photo's middle, so that most of the object stays in sight.
            double angle = random.Between(0, 2 * Math.PI), reach = random.Between(0.26, 0.42);
            Trinket(canvas, photo.Width * (0.5 + reach * Math.Cos(angle)), photo.Height * (0.5 + reach * Math.Sin(angle)), random);
        }

        canvas.DrawOver(photo);
    }

    private static void NextDoor(SvgCanvas canvas, Viewpoint view, double left, double right, double top, double bottom, SceneRandom random)
    {
        double hue = random.Between(0, 60);
        Wall(canvas, view, left, right, top, bottom, $"fill='{SceneRandom.Colour(hue, 0.2, random.Between(0.35, 0.75))}'");
        string glass = $"fill='{SceneRandom.Colour(210, 0.25, random.Between(0.15, 0.4))}' stroke='{SceneRandom.Colour(hue, 0.15, random.Between(0.2, 0.9))}' stroke-width='3'";
        double stepX = random.Between(90, 170), stepY = random.Between(110, 190);
        for (double y = top + 40; y + stepY * 0.6 < bottom; y += stepY)
        {
            for (double x = left + 30; x + stepX * 0.5 < right; x += stepX)
                Wall(canvas, view, x, x + stepX * 0.48, y, y + stepY * 0.58, glass);
        }
    }

    private static void Wall(SvgCanvas canvas, Viewpoint view, double left, double right, double top, double bottom, string style) =>
        canvas.Polygon([view.Project(left, top, 0), view.Project(right, top, 0), view.Project(right, bottom, 0), view.Project(left, bottom, 0)], style);

    private static void Slab(SvgCanvas canvas, Viewpoint view, double left, double right, double y, double far, double near, string style) =>
        canvas.Polygon([view.Project(left, y, far), view.Project(right, y, far), view.Project(right, y, near), view.Project(left, y, near)], style);

    private static void Trinket(SvgCanvas canvas, double x, double y, SceneRandom random)
    {
        canvas.BeginGroup($"transform='translate({SvgCanvas.Number(x)},{SvgCanvas.Number(y)}) rotate({random.Whole(0, 359)})'");
        double hue = random.Between(0, 360);
        string colour = SceneRandom.Colour(hue, 0.6, random.Between(0.25, 0.75));
        switch (random.Whole(0, 4))
        {
            case 0:
                canvas.Rectangle(-60, -5, 110, 10, $"fill='{colour}' stroke='#000' stroke-opacity='0.5'");
                canvas.Polygon([new(50, -5), new(68, 0), new(50, 5)], "fill='#e8cfa0' stroke='#000' stroke-opacity='0.5'");
                break;
            case 1:
                canvas.Circle(0, 0, 34, $"fill='{colour}' stroke='#000' stroke-opacity='0.4' stroke-width='2'");
                canvas.Circle(0, 0, 27, "fill='#3a2114'");
                canvas.Rectangle(32, -7, 20, 14, $"fill='none' stroke='{colour}' stroke-width='6'");
                break;
            case 2:
                canvas.Rectangle(-30, -30, 60, 60, $"fill='{SceneRandom.Colour(random.Between(45, 70), 0.9, 0.7)}'");
                canvas.Text(random.Word(2), -22, -18, 11, "#333");
                canvas.Text(random.Word(2), -22, 4, 11, "#333");
                break;
            case 3:
                canvas.Circle(0, 0, 15, "fill='#c2a45a' stroke='#6d5a2a' stroke-width='3'");
                canvas.Circle(24, 12, 12, "fill='#b9bcc2' stroke='#66686e' stroke-width='3'");
                break;
            default:
                for (int leaf = 0; leaf < 7; leaf++)
                    canvas.Ellipse(leaf * 11 - 34, leaf % 2 * 14 - 7, 13, 6, $"fill='{SceneRandom.Colour(random.Between(80, 140), 0.5, random.Between(0.2, 0.4))}'");
                break;
        }

        canvas.EndGroup();
    }

    private static void Branch(SvgCanvas canvas, SceneRandom random)
    {
        double side = random.Chance(0.5) ? 0 : canvas.Width;
        double centre = random.Between(0, canvas.Height * 0.3), hue = random.Between(75, 130);
        for (int i = 0; i < 130; i++)
        {
            double reach = random.Between(-1, 1) * canvas.Width * 0.2;
            canvas.BeginGroup($"transform='translate({SvgCanvas.Number(side + reach)},{SvgCanvas.Number(centre + random.Between(-90, 90))}) rotate({random.Whole(0, 359)})'");
            canvas.Ellipse(0, 0, random.Between(6, 13), random.Between(3, 6), $"fill='{SceneRandom.Colour(hue, 0.5, random.Between(0.14, 0.42))}'");
            canvas.EndGroup();
        }
    }

    private static void LampPost(SvgCanvas canvas, SceneRandom random)
    {
        double x = random.Between(0.08, 0.92) * canvas.Width, top = random.Between(0.15, 0.4) * canvas.Height;
        canvas.Rectangle(x - 4, top, 8, canvas.Height - top, "fill='#20242b'");
        canvas.Rectangle(x - 12, top - 34, 24, 30, "fill='#f4ecc6' stroke='#20242b' stroke-width='4'");
        canvas.Polygon([new(x - 18, top - 34), new(x, top - 50), new(x + 18, top - 34)], "fill='#20242b'");
    }

    private static void Passer(SvgCanvas canvas, SceneRandom random)
    {
        double x = random.Between(0, canvas.Width), height = random.Between(0.14, 0.24) * canvas.Height, foot = canvas.Height * random.Between(0.92, 1.05);
        string coat = SceneRandom.Colour(random.Between(0, 360), 0.45, random.Between(0.15, 0.55));
        canvas.Circle(x, foot - height * 0.9, height * 0.09, $"fill='{SceneRandom.Colour(24, 0.4, random.Between(0.3, 0.7))}'");
        canvas.Path($"M{SvgCanvas.Number(x - height * 0.16)} {SvgCanvas.Number(foot - height * 0.4)}q{SvgCanvas.Number(height * 0.02)} {SvgCanvas.Number(-height * 0.4)} "
            + $"{SvgCanvas.Number(height * 0.16)} {SvgCanvas.Number(-height * 0.4)}q{SvgCanvas.Number(height * 0.14)} 0 {SvgCanvas.Number(height * 0.16)} {SvgCanvas.Number(height * 0.4)}z", $"fill='{coat}'");
        canvas.Rectangle(x - height * 0.11, foot - height * 0.42, height * 0.09, height * 0.42, "fill='#1d2230'");
        canvas.Rectangle(x + height * 0.03, foot - height * 0.42, height * 0.09, height * 0.42, "fill='#1d2230'");
    }
}
