using System.Globalization;
using Delg.Imaging.Decoding;

namespace Delg.Imaging.Scenes;

/// <summary>
/// Draws photos of made-up facades, posters, books and boxes: the same object under new viewpoints, light and clutter. Objects of a
/// family share a style, so that telling them apart takes more than the style. The same options give the same bytes.
/// </summary>
public static class SceneGenerator
{
    private static readonly string[] _kinds = ["facade_brick", "poster", "book", "facade_stone", "box", "facade_stucco"];

    /// <summary>Draws group after group, as the caller takes them; several are drawn at once, the order is fixed.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public static IEnumerable<SceneView> Generate(SceneOptions? options = null)
    {
        var chosen = options ?? new SceneOptions();
        chosen.Validate();
        return ParallelEnumerable.Range(0, chosen.Groups)
            .AsOrdered()
            .WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .SelectMany(group => Group(chosen, group));
    }

    private static IEnumerable<SceneView> Group(SceneOptions options, int group)
    {
        string kind = _kinds[group % _kinds.Length];
        string name = string.Create(CultureInfo.InvariantCulture, $"{kind}_{group + 1:00}");
        // A group does not depend on how many there are, nor a view on how many there are.
        var random = new SceneRandom(unchecked(options.Seed * 1_000_003 + group * 7919));
        var (subject, facade) = Subject(kind, random);
        for (int view = 1; view <= options.ViewsPerGroup; view++)
        {
            var photo = new RgbImage(options.WidthPixels, options.HeightPixels);
            var viewRandom = new SceneRandom(random.Seed());
            if (facade is null)
                PhotographObject(subject, kind, photo, viewRandom);
            else
                PhotographFacade(subject, facade, photo, viewRandom);
            Light.Fall(photo, viewRandom);
            yield return new SceneView(name, view, ImageEncoder.Jpeg(photo, viewRandom.Whole(82, 93)));
        }
    }

    private static (SceneObject Subject, RgbImage? Facade) Subject(string kind, SceneRandom random)
    {
        switch (kind)
        {
            case "poster":
                return (SceneObject.Flat(PrintTexture.Poster(random)), null);
            case "book":
                return (SceneObject.Flat(PrintTexture.BookCover(random)), null);
            case "box":
                var sides = PrintTexture.Box(random);
                return (SceneObject.Box(sides[0], sides[1], sides[2]), null);
            default:
                var facade = FacadeTexture.Draw(kind["facade_".Length..], random);
                return (SceneObject.Flat(facade), facade);
        }
    }

    private static void PhotographFacade(SceneObject subject, RgbImage facade, RgbImage photo, SceneRandom random)
    {
        var view = new Viewpoint(
            photo, subject.Height,
            yaw: random.Between(-36, 36), pitch: random.Between(-13, 3), roll: random.Between(-4, 4), fill: random.Between(0.72, 1.15),
            shiftX: random.Between(-0.12, 0.12), shiftY: random.Between(-0.08, 0.06));
        Surroundings.Street(photo, view, facade, random);
        subject.Photograph(view, photo);
        Surroundings.StreetClutter(photo, random);
    }

    private static void PhotographObject(SceneObject subject, string kind, RgbImage photo, SceneRandom random)
    {
        bool box = kind == "box";
        double side = random.Chance(0.5) ? 1 : -1;
        var view = new Viewpoint(
            photo, subject.Height,
            yaw: side * random.Between(box ? 12 : 0, 38), pitch: box ? random.Between(17, 33) : random.Between(-24, 24),
            roll: random.Between(-1, 1) * (box ? 6 : 24), fill: random.Between(0.6, box ? 0.8 : 0.95),
            shiftX: random.Between(-0.13, 0.13), shiftY: random.Between(-0.06, 0.06));
        Surroundings.Surface(photo, random);
        Surroundings.Shadow(photo, subject.Outlines(view), random);
        subject.Photograph(view, photo);
        Surroundings.TableClutter(photo, random);
    }
}
