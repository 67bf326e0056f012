using Delg.Model.Weights;

namespace Delg.Model.Extraction;

/// <summary>The descriptors of one picture. Local features are sorted by attention score, highest first.</summary>
public sealed record ImageFeatures
{
    /// <summary>The weights that made these; only features of the same weights compare.</summary>
    public required ModelId ModelId { get; init; }

    /// <summary>Width in pixels of the picture handed in (after EXIF rotation, before cropping and resizing).</summary>
    public required int ImageWidth { get; init; }

    /// <summary>Height in pixels of the picture handed in.</summary>
    public required int ImageHeight { get; init; }

    /// <summary>The global descriptor, unit length; empty if the picture (or the query box) is too small for features.</summary>
    public required float[] Global { get; init; }

    /// <summary>Positions as x, y pairs, in pixels of the whole picture handed in, also when a query box was given.</summary>
    public required float[] Keypoints { get; init; }

    /// <summary>1 / the pyramid scale each feature was found at: how much larger than at scale 1 it is.</summary>
    public required float[] Scales { get; init; }

    /// <summary>Attention scores: softplus, 0 or more, unbounded.</summary>
    public required float[] Scores { get; init; }

    /// <summary>Local descriptors one after another, each of unit length.</summary>
    public required float[] Descriptors { get; init; }

    /// <summary>Number of local features, n.</summary>
    public int Count => Scores.Length;
}
