namespace Delg.Model.Extraction;

/// <summary>Which positions of the pyramid become local features.</summary>
internal static class AttentionSelection
{
    /// <summary>
    /// The <paramref name="limit"/> highest scores that are at least <paramref name="threshold"/>, highest first. Equal scores keep
    /// their order: smaller scales first, then row by row.
    /// </summary>
    /// <param name="scores">The scores of each scale, row-major.</param>
    /// <param name="threshold">Lowest score that counts.</param>
    /// <param name="limit">Most positions that are returned.</param>
    public static Position[] Select(IReadOnlyList<float[]> scores, float threshold, int limit)
    {
        var candidates = new List<Position>();
        for (int scale = 0; scale < scores.Count; scale++)
        {
            float[] map = scores[scale];
            for (int i = 0; i < map.Length; i++)
            {
                if (map[i] >= threshold)
                    candidates.Add(new Position(map[i], scale, i));
            }
        }
        candidates.Sort(static (a, b) =>
            a.Score != b.Score ? b.Score.CompareTo(a.Score)
            : a.Scale != b.Scale ? a.Scale.CompareTo(b.Scale)
            : a.Index.CompareTo(b.Index));
        return [.. candidates.Take(limit)];
    }

    /// <param name="Score">Attention.</param>
    /// <param name="Scale">Index of the scale.</param>
    /// <param name="Index">Row-major index in that scale's map.</param>
    public readonly record struct Position(float Score, int Scale, int Index);
}
