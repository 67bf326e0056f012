using Delg.Imaging.Geometry;

namespace Delg.Imaging.Drawing;

/// <summary>One inlier: the same spot in both photos, in each photo's own pixels.</summary>
public readonly record struct InlierLine(PlanePoint Query, PlanePoint Candidate);

/// <summary>What <see cref="MatchPicture"/> shows. All positions are pixels of the photos as given here.</summary>
/// <param name="Query">The photo on the left.</param>
/// <param name="Candidate">The photo on the right.</param>
public sealed record MatchPictureContent(RgbImage Query, RgbImage Candidate)
{
    /// <summary>Strongest first: when there are more than can be drawn, the first ones are.</summary>
    public IReadOnlyList<InlierLine> Inliers { get; init; } = [];

    /// <summary>The matched region's corners in the query, in order; empty for no outline.</summary>
    public IReadOnlyList<PlanePoint> QueryRegion { get; init; } = [];

    /// <summary>The affine map from query to candidate, six numbers row by row, which projects the region; empty for no projection.</summary>
    public IReadOnlyList<double> QueryToCandidate { get; init; } = [];

    /// <summary>One line under the photos; empty for none. Small letters are shown as capitals.</summary>
    public string Caption { get; init; } = "";
}
