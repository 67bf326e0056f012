namespace Delg.Model.Extraction;

/// <summary>
/// The part of a query picture that shows what is looked for, in pixels of the picture. Corners are rounded to whole pixels,
/// halves to even; what lies outside the picture is cut off.
/// </summary>
/// <param name="Left">Left edge, x.</param>
/// <param name="Top">Upper edge, y.</param>
/// <param name="Right">Right edge, x, exclusive.</param>
/// <param name="Bottom">Lower edge, y, exclusive.</param>
public readonly record struct QueryBox(double Left, double Top, double Right, double Bottom)
{
    /// <summary>The whole pixels of a picture that lie in the box.</summary>
    /// <exception cref="ArgumentException">No whole pixel of the picture lies in the box.</exception>
    public (int Left, int Top, int Right, int Bottom) Within(int width, int height)
    {
        (int left, int right) = (Edge(Left, width), Edge(Right, width));
        (int top, int bottom) = (Edge(Top, height), Edge(Bottom, height));
        return left < right && top < bottom
            ? (left, top, right, bottom)
            : throw new ArgumentException($"The query box {Left}, {Top}, {Right}, {Bottom} holds no pixel of a picture of {width}x{height}.");
    }

    // Comparisons with NaN are false: such a box is empty.
    private static int Edge(double value, int limit) => value > 0 ? (int)Math.Min(Math.Round(value), limit) : 0;
}
