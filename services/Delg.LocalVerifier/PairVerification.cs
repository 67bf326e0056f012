using Delg.LocalVerifier.Geometry;
using Delg.V1;

namespace Delg.LocalVerifier;

/// <summary>The outcome of comparing a query with one candidate; the fields of <see cref="Verification"/>.</summary>
/// <param name="Putative">Matches that passed the descriptor test.</param>
/// <param name="Inliers">Putative matches that agree with the map.</param>
/// <param name="EffectiveInliers">Inliers that are spread out: the smaller, over the two images, of the number of 32-pixel cells that hold one.</param>
/// <param name="Verified">Effective inliers reached the minimum.</param>
public sealed record PairVerification(int Putative, int Inliers, int EffectiveInliers, bool Verified)
{
    /// <summary>
    /// Affine map query → candidate, pixels of the originals; null when none was found. With the homography model: the affine map nearest to the inliers.
    /// </summary>
    public AffineMap? Affine { get; init; }

    /// <summary>Homography query → candidate, pixels of the originals, its last value 1; null unless that model was asked for and found.</summary>
    public ProjectiveMap? Homography { get; init; }

    /// <summary>Rectangle around the query's inliers, four corners clockwise from top left, pixels; empty without a map.</summary>
    public IReadOnlyList<ImagePoint> QueryRegion { get; init; } = [];

    /// <summary>The same corners carried into the candidate.</summary>
    public IReadOnlyList<ImagePoint> CandidateRegion { get; init; } = [];

    /// <summary>The strongest inlier matches, smallest descriptor distance first, as many as asked for.</summary>
    public IReadOnlyList<InlierMatch> Matches { get; init; } = [];

    /// <summary>The message of the outcome.</summary>
    public Verification ToMessage()
    {
        var message = new Verification
        {
            Putative = (uint)Putative,
            Inliers = (uint)Inliers,
            EffectiveInliers = (uint)EffectiveInliers,
            Verified = Verified,
        };
        if (Affine is { } map)
            message.Affine.AddRange([(float)map.A, (float)map.B, (float)map.C, (float)map.D, (float)map.E, (float)map.F]);
        if (Homography is { } h)
            message.Homography.AddRange([(float)h.A, (float)h.B, (float)h.C, (float)h.D, (float)h.E, (float)h.F, (float)h.G, (float)h.H, (float)h.I]);
        message.QueryRegion.AddRange(QueryRegion.Select(ToMessage));
        message.CandidateRegion.AddRange(CandidateRegion.Select(ToMessage));
        message.Matches.AddRange(Matches.Select(match => new FeatureMatch
        {
            Query = ToMessage(match.Query),
            Candidate = ToMessage(match.Candidate),
            Distance = match.Distance,
        }));
        return message;
    }

    private static Point ToMessage(ImagePoint point) => new() { X = point.X, Y = point.Y };
}
