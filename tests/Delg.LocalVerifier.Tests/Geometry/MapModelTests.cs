using Delg.LocalVerifier.Geometry;

namespace Delg.LocalVerifier.Tests.Geometry;

public class MapModelTests
{
    private static readonly RansacSettings _settings = new(5, 1000, 0, LocalOptimization: true, Confidence: 0.9999, new PlausibleMaps());

    private static readonly ProjectiveMap _view = new(0.9, 0.1, 30, -0.15, 1.05, 40, 2e-4, -1.5e-4, 1);

    [Fact]
    public void Estimate_Homography_RecoversMapAndInliersWhereNoAffineMapDoes()
    {
        var pairs = Pairs(_view, inliers: 120, outliers: 80, noisePx: 0.5);
        var ransac = new Ransac<HomographyModel, ProjectiveMap>();
        var map = ransac.Estimate(pairs, _settings, TestContext.Current.CancellationToken);
        Assert.NotNull(map);
        Assert.InRange(ransac.InlierCount, 118, 123);
        foreach (var (x, y) in new[] { (0.0, 0.0), (800, 0), (800, 600), (0, 600) })
        {
            var (u, v) = map.Value.Apply(x, y);
            var (expectedU, expectedV) = _view.Apply(x, y);
            Assert.InRange(Math.Abs(u - expectedU) + Math.Abs(v - expectedV), 0, 3);
        }

        var affine = new Ransac<AffineModel, AffineMap>();
        affine.Estimate(pairs, _settings, TestContext.Current.CancellationToken);
        Assert.InRange(affine.InlierCount, 3, 100);
    }

    [Fact]
    public void Estimate_Similarity_RecoversRotationAndScale()
    {
        var (scale, angle) = (1.7, 0.6);
        var truth = new ProjectiveMap(scale * Math.Cos(angle), -scale * Math.Sin(angle), 50, scale * Math.Sin(angle), scale * Math.Cos(angle), -20, 0, 0, 1);
        var pairs = Pairs(truth, inliers: 40, outliers: 160, noisePx: 0.5);
        var ransac = new Ransac<SimilarityModel, AffineMap>();
        var map = ransac.Estimate(pairs, _settings, TestContext.Current.CancellationToken)!.Value;
        Assert.InRange(ransac.InlierCount, 39, 42);
        Assert.Equal(truth.A, map.A, 0.02);
        Assert.Equal(truth.D, map.D, 0.02);
        Assert.Equal((map.A, map.B), (map.E, -map.D));
    }

    [Fact]
    public void Estimate_Mirrored_IsAcceptedWhereAsked()
    {
        var mirror = new ProjectiveMap(-1, 0, 800, 0, 1, 0, 0, 0, 1);
        var pairs = Pairs(mirror, inliers: 50, outliers: 10, noisePx: 0);
        var open = _settings with { Plausible = new PlausibleMaps(Mirrored: true) };
        Assert.True(Inliers<AffineModel, AffineMap>(pairs, _settings) < 10);
        Assert.InRange(Inliers<AffineModel, AffineMap>(pairs, open), 50, 52);
        Assert.True(Inliers<HomographyModel, ProjectiveMap>(pairs, _settings) < 12);
        Assert.InRange(Inliers<HomographyModel, ProjectiveMap>(pairs, open), 50, 52);
        Assert.True(Inliers<SimilarityModel, AffineMap>(pairs, open) < 15);
    }

    [Fact]
    public void ThroughSample_DegeneratePoints_IsRefusedByEveryModel()
    {
        var line = new PointPairs();
        line.Resize(4);
        for (var i = 0; i < 4; i++)
            (line.SourceX[i], line.SourceY[i], line.TargetX[i], line.TargetY[i]) = (100 * i, 50 * i, i * i * 40, 90 * i);
        Assert.Null(AffineModel.ThroughSample(line, [0, 1, 2]));
        Assert.Null(HomographyModel.ThroughSample(line, [0, 1, 2, 3]));
        var point = new PointPairs();
        point.Resize(4);
        for (var i = 0; i < 4; i++)
            (point.SourceX[i], point.SourceY[i], point.TargetX[i], point.TargetY[i]) = (7, 9, 100 * i, 30 * i * i);
        Assert.Null(AffineModel.ThroughSample(point, [0, 1, 2]));
        Assert.Null(SimilarityModel.ThroughSample(point, [0, 1]));
        Assert.Null(HomographyModel.ThroughSample(point, [0, 1, 2, 3]));
        Assert.Null(SimilarityModel.LeastSquares(point, [true, true, true, true]));
        Assert.Null(HomographyModel.LeastSquares(point, [true, true, true, true]));
    }

    [Fact]
    public void ThroughSample_FourPointsInAnotherOrder_IsNoHomography()
    {
        // A square whose corners 1 and 2 have changed places: no camera turns a plane over in part.
        var pairs = new PointPairs();
        pairs.Resize(4);
        float[] xs = [0, 100, 100, 0], ys = [0, 0, 100, 100];
        int[] places = [0, 2, 1, 3];
        for (var i = 0; i < 4; i++)
            (pairs.SourceX[i], pairs.SourceY[i], pairs.TargetX[i], pairs.TargetY[i]) = (xs[i], ys[i], xs[places[i]], ys[places[i]]);
        Assert.Null(HomographyModel.ThroughSample(pairs, [0, 1, 2, 3]));
    }

    [Fact]
    public void Estimate_FewerPairsThanASample_FindsNothing()
    {
        var pairs = Pairs(_view, inliers: 3, outliers: 0, noisePx: 0);
        Assert.Null(new Ransac<HomographyModel, ProjectiveMap>().Estimate(pairs, _settings, TestContext.Current.CancellationToken));
        Assert.NotNull(new Ransac<AffineModel, AffineMap>().Estimate(pairs, _settings, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Estimate_Cancelled_StopsBeforeTheNextTrials()
    {
        var pairs = Pairs(_view, inliers: 100, outliers: 100, noisePx: 1);
        var cancelled = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(() => new Ransac<AffineModel, AffineMap>().Estimate(pairs, _settings, cancelled));
    }

    [Fact]
    public void Inverse_OfAHomography_CarriesBack()
    {
        var (x, y) = _view.Apply(200, 300);
        var back = _view.Inverse()!.Value;
        var (u, v) = back.Apply(x, y);
        Assert.Equal(200, u, 1e-9);
        Assert.Equal(300, v, 1e-9);
        Assert.True(back.Denominator(x, y) > 0);
    }

    [Fact]
    public void Near_OfAHomography_IsItsDerivative()
    {
        const double Step = 1e-4;
        var near = HomographyModel.Near(_view, 200, 300);
        var (x, y) = _view.Apply(200, 300);
        var (alongX, alongY) = (_view.Apply(200 + Step, 300), _view.Apply(200, 300 + Step));
        Assert.Equal((alongX.X - x) / Step, near.A, 1e-5);
        Assert.Equal((alongY.X - x) / Step, near.B, 1e-5);
        Assert.Equal((alongX.Y - y) / Step, near.D, 1e-5);
        Assert.Equal((alongY.Y - y) / Step, near.E, 1e-5);
    }

    private static int Inliers<TModel, TMap>(PointPairs pairs, RansacSettings settings)
        where TModel : IMapModel<TMap>
        where TMap : struct
    {
        var ransac = new Ransac<TModel, TMap>();
        ransac.Estimate(pairs, settings, TestContext.Current.CancellationToken);
        return ransac.InlierCount;
    }

    private static PointPairs Pairs(ProjectiveMap truth, int inliers, int outliers, double noisePx)
    {
        var random = new Random(5);
        var pairs = new PointPairs();
        pairs.Resize(inliers + outliers);
        for (var i = 0; i < pairs.Count; i++)
        {
            pairs.SourceX[i] = 800 * random.NextSingle();
            pairs.SourceY[i] = 600 * random.NextSingle();
            var (u, v) = i < inliers ? truth.Apply(pairs.SourceX[i], pairs.SourceY[i]) : (800 * random.NextDouble(), 600 * random.NextDouble());
            pairs.TargetX[i] = (float)(u + (noisePx * SyntheticPair.Normal(random)));
            pairs.TargetY[i] = (float)(v + (noisePx * SyntheticPair.Normal(random)));
        }

        return pairs;
    }
}
