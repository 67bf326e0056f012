using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.Model.Network;
using Delg.Model.Weights;

namespace Delg.Model.Tests.Extraction;

public sealed class DelgExtractorTests
{
    private static readonly ExtractionOptions _float32 = new() { Precision = InferencePrecision.Float32 };

    [Theory]
    [InlineData(140, 90, StridePlacement.First1x1, MaxPoolPadding.One, ChannelOrder.Rgb)]
    [InlineData(70, 95, StridePlacement.First3x3, MaxPoolPadding.None, ChannelOrder.Bgr)]
    [InlineData(170, 190, StridePlacement.LastUnit, MaxPoolPadding.TensorFlowSame, ChannelOrder.Rgb)]
    public void Extract_WholePicture_EqualsThePublishedOrderOfOperations(
        int width, int height, StridePlacement stride, MaxPoolPadding padding, ChannelOrder order)
    {
        ModelLayout layout = SmallModel.Layout with
        {
            Stride = stride,
            MaxPoolPadding = padding,
            Normalization = new InputNormalization(order, new ChannelTriple(100, 110, 120), new ChannelTriple(50, 60, 70)),
        };
        AssertEqualsPublished(Picture(width, height), box: null, layout);
    }

    [Fact]
    public void Extract_QueryBox_EqualsThePublishedCropInPixelsOfTheWholePicture() =>
        AssertEqualsPublished(Picture(200, 150), new QueryBox(40.5, 20.4, 151.5, 120.6), SmallModel.Layout);

    [Fact]
    public void Extract_AnyPicture_GivesUnitLengthsAndFallingScores()
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);

        ImageFeatures features = Extract(extractor, Picture(120, 80));

        Assert.Equal((120, 80), (features.ImageWidth, features.ImageHeight));
        Assert.Equal(60, features.Count);
        Assert.Equal(1, Norm(features.Global), 1e-5);
        Assert.All(features.Descriptors.Chunk(SmallModel.Layout.LocalDimension), d => Assert.Equal(1, Norm(d), 1e-5));
        Assert.Equal(features.Scores.OrderDescending(), features.Scores);
    }

    [Fact]
    public void Extract_PictureWiderThanTheLimit_KeepsPositionsInItsOwnPixels()
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);

        ImageFeatures features = Extract(extractor, Picture(960, 600));

        Assert.InRange(features.Keypoints.Where((_, i) => i % 2 == 0).Max(), 480, 960);
        Assert.InRange(features.Keypoints.Where((_, i) => i % 2 == 1).Max(), 300, 600);
    }

    [Theory]
    [InlineData(9, 60)]
    [InlineData(60, 9)]
    [InlineData(2000, 30)]
    [InlineData(1, 1)]
    public void Extract_SideBelowTenPixelsAfterResizing_HasNoFeatures(int width, int height)
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);

        ImageFeatures features = Extract(extractor, new RgbImage(width, height));

        Assert.Equal(0, features.Count);
        Assert.Empty(features.Global);
        Assert.Empty(features.Descriptors);
        Assert.Equal((width, height), (features.ImageWidth, features.ImageHeight));
    }

    [Theory]
    [InlineData(MaxPoolPadding.One)]
    [InlineData(MaxPoolPadding.None)]
    public void Extract_SideOfTenPixels_HasAGlobalDescriptor(MaxPoolPadding padding)
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest with { Layout = SmallModel.Layout with { MaxPoolPadding = padding } });

        ImageFeatures features = Extract(extractor, Picture(10, 10));

        Assert.Equal(1, Norm(features.Global), 1e-5);
        Assert.InRange(features.Count, 1, 60);
    }

    [Fact]
    public void Extract_NothingReachesTheThreshold_HasOnlyAGlobalDescriptor()
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest with { AttentionThreshold = 1e6f });

        ImageFeatures features = Extract(extractor, Picture(60, 60));

        Assert.Equal(0, features.Count);
        Assert.Empty(features.Keypoints);
        Assert.Equal(SmallModel.Layout.GlobalDimension, features.Global.Length);
    }

    [Fact]
    public void Extract_ScoreEqualToTheThreshold_IsAFeature()
    {
        using DelgExtractor all = Extractor(SmallModel.Manifest);
        RgbImage picture = Picture(60, 60);
        float third = Extract(all, picture).Scores[2];

        using DelgExtractor three = Extractor(SmallModel.Manifest with { AttentionThreshold = third });

        Assert.Equal(3, Extract(three, picture).Count);
    }

    [Fact]
    public void Extract_BFloat16_IsCloseToFloat32()
    {
        using DelgExtractor exact = Extractor(SmallModel.Manifest);
        using DelgExtractor rounded = Extractor(SmallModel.Manifest, _float32 with { Precision = InferencePrecision.BFloat16 });
        RgbImage picture = Picture(90, 60);

        float[] a = Extract(exact, picture).Global, b = Extract(rounded, picture).Global;

        Assert.InRange(a.Zip(b, (x, y) => x * y).Sum(), 0.99f, 1.0001f);
    }

    [Fact]
    public void Extract_SamePictureTwice_GivesTheSameBits()
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);
        RgbImage picture = Picture(90, 60);

        ImageFeatures first = Extract(extractor, picture), second = Extract(extractor, picture);

        Assert.Equal(first.Global, second.Global);
        Assert.Equal(first.Keypoints, second.Keypoints);
        Assert.Equal(first.Descriptors, second.Descriptors);
    }

    [Fact]
    public void Extract_Cancelled_Throws()
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);

        Assert.Throws<OperationCanceledException>(() => extractor.Extract(Picture(60, 60), cancellationToken: new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(30, 10, 30, 20)]
    [InlineData(100, 0, 120, 20)]
    [InlineData(double.NaN, 0, double.NaN, 20)]
    public void Extract_BoxWithoutPixels_SaysSo(double left, double top, double right, double bottom)
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);

        var error = Assert.Throws<ArgumentException>(() => Extract(extractor, new RgbImage(60, 60), new QueryBox(left, top, right, bottom)));

        Assert.Contains("60x60", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_SeveralOptionsOutOfRange_NamesThemAll()
    {
        var options = new ExtractionOptions { Device = "gpu", Threads = -1, Scales = [0], MaxLocalFeatures = -1 };

        string message = Assert.Throws<ArgumentException>(() => Extractor(SmallModel.Manifest, options)).Message;

        Assert.All(["Device", "Threads", "scales", "max_local_features"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Constructor_OwnScales_TakesTheGlobalDescriptorAtTheManifestsAmongThem()
    {
        using DelgExtractor some = Extractor(SmallModel.Manifest, _float32 with { Scales = [0.5f, 0.7071f, 1] });
        using DelgExtractor none = Extractor(SmallModel.Manifest, _float32 with { Scales = [0.5f, 2] });

        Assert.Equal([1, 2], some.Manifest.GlobalScaleIndices);
        Assert.Equal([0, 1], none.Manifest.GlobalScaleIndices);
    }

    [Fact]
    public void Extract_OneKindOnly_EqualsItsPartOfBoth()
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);
        RgbImage picture = Picture(90, 70);
        ImageFeatures both = Extract(extractor, picture);

        ImageFeatures global = Extract(extractor, picture, new FeatureRequest { Kinds = DescriptorKinds.Global });
        ImageFeatures local = Extract(extractor, picture, new FeatureRequest { Kinds = DescriptorKinds.Local, MaxLocalFeatures = 7 });

        Assert.Equal(both.Global, global.Global);
        Assert.Equal(0, global.Count);
        Assert.Empty(local.Global);
        Assert.Equal(both.Scores[..7], local.Scores);
        Assert.Equal(both.Keypoints[..14], local.Keypoints);
    }

    [Fact]
    public void Extract_Batch_EqualsEachPictureAlone()
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);
        // One size after resizing, of three sizes, one of them a box; and limits of their own.
        PreparedPicture[] batch =
        [
            extractor.Prepare(Picture(96, 72), new FeatureRequest()),
            extractor.Prepare(Picture(192, 144), new FeatureRequest { MaxLocalFeatures = 7 }),
            extractor.Prepare(Picture(200, 150), new FeatureRequest { Box = new QueryBox(0, 0, 200, 150), MaxLocalFeatures = 0 }),
        ];
        var times = new StageTimes();

        IReadOnlyList<ImageFeatures> together = extractor.Extract(batch, times, TestContext.Current.CancellationToken);

        Assert.Equal([(96, 60), (192, 7), (200, 0)], together.Select(f => (f.ImageWidth, f.Count)));
        for (int i = 0; i < batch.Length; i++)
        {
            ImageFeatures alone = extractor.Extract([batch[i]], cancellationToken: TestContext.Current.CancellationToken)[0];
            AssertNear(alone.Global, together[i].Global);
            AssertNear(alone.Keypoints, together[i].Keypoints);
            AssertNear(alone.Scales, together[i].Scales);
            AssertNear(alone.Scores, together[i].Scores);
            AssertNear(alone.Descriptors, together[i].Descriptors);
        }
        Assert.All([times.Pyramid, times.Network, times.Select, times.Encode], time => Assert.True(time > TimeSpan.Zero));
    }

    [Fact]
    public void Extract_BatchOfPicturesTooSmall_HasNoFeatures()
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);
        PreparedPicture[] batch = [extractor.Prepare(new RgbImage(5, 60), new FeatureRequest()), extractor.Prepare(new RgbImage(60, 4), new FeatureRequest())];

        IReadOnlyList<ImageFeatures> features = extractor.Extract(batch, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([(5, 0), (60, 0)], features.Select(f => (f.ImageWidth, f.Count)));
    }

    [Fact]
    public void Extract_BatchThatCannotRunTogether_SaysSo()
    {
        using DelgExtractor extractor = Extractor(SmallModel.Manifest);
        PreparedPicture picture = extractor.Prepare(Picture(60, 40), new FeatureRequest());
        PreparedPicture larger = extractor.Prepare(Picture(61, 40), new FeatureRequest());
        PreparedPicture other = extractor.Prepare(Picture(60, 40), new FeatureRequest { Kinds = DescriptorKinds.Global });

        foreach (PreparedPicture[] batch in new PreparedPicture[][] { [], [picture, larger], [picture, other] })
            Assert.Throws<ArgumentException>(() => extractor.Extract(batch, cancellationToken: TestContext.Current.CancellationToken));
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * Math.Max(1, Math.Abs(pair.First))));
    }

    private static void AssertEqualsPublished(RgbImage picture, QueryBox? box, ModelLayout layout)
    {
        ModelManifest manifest = SmallModel.Manifest with { Layout = layout };
        using DelgNetwork network = SmallModel.Network(layout: layout);
        // A threshold amid the scores, so that it and the limit both have work to do.
        using (DelgExtractor probe = Extractor(manifest))
        {
            float[] scores = Extract(probe, picture, box).Scores;
            manifest = manifest with { AttentionThreshold = (scores[30] + scores[31]) / 2, MaxLocalFeatures = 25 };
        }
        using DelgExtractor extractor = Extractor(manifest);

        ImageFeatures features = Extract(extractor, picture, box);
        (float[] global, List<PublishedExtraction.Feature> local) = PublishedExtraction.Extract(network, manifest, picture, box?.Within(picture.Width, picture.Height));

        Assert.Equal(global.Length, features.Global.Length);
        Assert.All(global.Zip(features.Global), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal(25, features.Count);
        Assert.Equal(local.Count, features.Count);
        Assert.True(local.Select(l => l.Scale).Distinct().Count() > 1);
        for (int i = 0; i < local.Count; i++)
        {
            Assert.Equal(local[i].X, features.Keypoints[2 * i], 1e-3);
            Assert.Equal(local[i].Y, features.Keypoints[2 * i + 1], 1e-3);
            Assert.Equal(local[i].Scale, features.Scales[i], 1e-6);
            Assert.Equal(local[i].Score, features.Scores[i], 1e-4 * Math.Abs(local[i].Score));
            float[] descriptor = features.Descriptors[(i * layout.LocalDimension)..((i + 1) * layout.LocalDimension)];
            Assert.All(local[i].Descriptor.Zip(descriptor), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        }
    }

    private static ImageFeatures Extract(DelgExtractor extractor, RgbImage picture, QueryBox? box = null) =>
        extractor.Extract(picture, box, TestContext.Current.CancellationToken);

    private static ImageFeatures Extract(DelgExtractor extractor, RgbImage picture, FeatureRequest request) =>
        extractor.Extract(picture, request, TestContext.Current.CancellationToken);

    private static DelgExtractor Extractor(ModelManifest manifest, ExtractionOptions? options = null) =>
        new(new DelgModel(new ModelId("small", "0123456789ab"), manifest, SmallModel.Network(layout: manifest.Layout)), options ?? _float32);

    /// <summary>Smooth waves with some noise: detail at every scale.</summary>
    private static RgbImage Picture(int width, int height)
    {
        var random = new Random(width * 31 + height);
        var picture = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width * 3; x++)
                picture.Row(y)[x] = (byte)(120 + 70 * Math.Sin(x * 0.03 + y * 0.05 * (x % 3)) * Math.Cos(y * 0.11) + random.Next(50));
        }
        return picture;
    }

    private static double Norm(float[] vector) => Math.Sqrt(vector.Sum(v => (double)v * v));
}
