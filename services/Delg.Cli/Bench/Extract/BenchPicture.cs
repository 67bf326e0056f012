using Delg.Imaging.Scenes;

namespace Delg.Cli.Bench.Extract;

/// <summary>What is measured when nobody gives photos.</summary>
internal static class BenchPicture
{
    /// <summary>How much larger than the network wants it the picture comes, as photos do.</summary>
    private const int Shrink = 2;

    /// <summary>A drawn scene of 4:3, as JPEG, twice as large as the side it is resized to.</summary>
    /// <param name="side">Larger side after resizing, pixels.</param>
    public static byte[] Draw(int side) => SceneGenerator.Generate(new SceneOptions
    {
        Groups = 1,
        ViewsPerGroup = 1,
        WidthPixels = side * Shrink,
        HeightPixels = side * Shrink * 3 / 4,
    }).First().Jpeg;
}
