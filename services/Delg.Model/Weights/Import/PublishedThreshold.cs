namespace Delg.Model.Weights.Import;

/// <summary>
/// Attention thresholds of the models that Google released (tensorflow/models, research/delf/delf/python/delg, the four .pbtxt files). The
/// graphs do not hold them; their folders' names tell which model it is.
/// </summary>
internal static class PublishedThreshold
{
    private static readonly (string Name, float Threshold)[] _models =
    [
        ("r50delg_gldv2clean", 454.6f),
        ("r101delg_gldv2clean", 357.48f),
        ("r50delg_gld", 175.0f),
        ("r101delg_gld", 166.1f),
    ];

    /// <summary>The threshold of the model that a folder of the path is named after; null if none is.</summary>
    public static float? Of(string path)
    {
        foreach (string part in path.Split('/', '\\').Reverse())
        {
            foreach ((string name, float threshold) in _models)
            {
                if (part.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                    return threshold;
            }
        }
        return null;
    }
}
