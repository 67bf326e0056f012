using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.Imaging.Drawing;
using Delg.Imaging.Geometry;
using Delg.V1;

namespace Delg.Cli.Drawing;

/// <summary>The picture of a comparison: two photos side by side, inlier lines, the matched region.</summary>
internal static class VerifiedPair
{
    /// <summary>Matches asked for when a picture is to be drawn.</summary>
    public const int Matches = 60;

    /// <summary>Draws the comparison into a PNG file.</summary>
    public static void Draw(string path, RgbImage query, RgbImage candidate, Verification verification, string caption)
    {
        var picture = MatchPicture.Draw(new MatchPictureContent(query, candidate)
        {
            Inliers = [.. verification.Matches.Select(match => new InlierLine(At(match.Query), At(match.Candidate)))],
            QueryRegion = [.. verification.QueryRegion.Select(At)],
            QueryToCandidate = [.. verification.Affine.Select(value => (double)value)],
            Caption = caption,
        });
        File.WriteAllBytes(path, ImageEncoder.Png(picture));
    }

    private static PlanePoint At(Point point) => new(point.X, point.Y);
}
