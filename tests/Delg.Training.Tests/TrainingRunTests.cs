using System.Globalization;
using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.Model.Network;
using Delg.Model.Weights;
using Delg.Training.Augmentation;
using static TorchSharp.torch;

namespace Delg.Training;

public sealed class TrainingRunTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("delg-train").FullName;

    public TrainingRunTests()
    {
        for (int scene = 0; scene < 6; scene++)
        {
            string folder = Path.Combine(_root, "photos", $"scene{scene}");
            Directory.CreateDirectory(folder);
            for (int i = 0; i < 8; i++) File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), ImageEncoder.Png(DrawnPhotos.View(scene, i, 72, 64)));
        }
        using var scope = NewDisposeScope();
        manual_seed(11);
        using var network = new DelgNetwork(TinyNetwork.Layout);
        DelgWeights.Save(Init, network, new ModelManifest { Name = "tiny", Layout = network.Layout }, WeightStorage.Float32);
    }

    private string Init => Path.Combine(_root, "init.safetensors");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task RunAsync_OnDrawnScenes_LearnsToTellThemApart()
    {
        TrainingOptions options = Options("a") with { Steps = 80, Finishing = new() { StartShare = 0.1, Whitening = HeadSource.Estimated, Attention = HeadSource.Estimated } };
        TrainingResult result = await new TrainingRun(options).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal((80, 80, 48, 0, 6), (result.Steps, result.KeptStep, result.Photos, result.HeldPhotos, result.Labels));
        double[] losses = Column("a", 3);
        Assert.Equal(80, losses.Length);
        Assert.True(losses[^10..].Average() < losses[..10].Average() * 0.7, $"{losses[..10].Average()} → {losses[^10..].Average()}");
        double[] attention = Column("a", 5);
        Assert.True(attention[^10..].Average() < attention[..10].Average());

        using DelgModel model = DelgWeights.Load(options.Output);
        Assert.Equal("drawn", model.Manifest.Name);
        Assert.Equal("tests", model.Manifest.Source);
        Assert.True(model.Manifest.AttentionThreshold > 0);
        Assert.Equal(result.Model, model.Id);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task RunAsync_CancelledAndRunAgain_TakesTheStepsOfAnUnbrokenRun(bool headsOnly, bool balanced)
    {
        TrainingOptions Chosen(string work) => Options(work) with
        {
            Steps = 8,
            HeadsOnly = headsOnly ? new() { ViewsPerPhoto = 2 } : null,
            ClassBalanced = balanced,
            Validation = new() { Share = 0.25, EverySteps = 2 },
        };

        TrainingResult unbroken = await new TrainingRun(Chosen("unbroken")).RunAsync(TestContext.Current.CancellationToken);

        using var stop = new CancellationTokenSource();
        TrainingResult broken = await new TrainingRun(Chosen("broken"), new StopAfter(5, stop)).RunAsync(stop.Token);
        Assert.Null(broken.Model);
        Assert.Equal(5, broken.Steps);
        TrainingResult resumed = await new TrainingRun(Chosen("broken")).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(8, resumed.Steps);
        foreach (int column in new[] { 0, 2, 3, 4, 5, 6, 7, 8 }) Assert.Equal(Column("unbroken", column), Column("broken", column));
        foreach (int column in new[] { 0, 2, 3, 4, 5, 6 }) Assert.Equal(Column("unbroken", column, "validation.csv"), Column("broken", column, "validation.csv"));
        Assert.Equal([0, 2, 4, 6, 8], Column("broken", 0, "validation.csv"));
        // The same weights to the last bit: the identity holds a hash of the file.
        Assert.Equal(unbroken.Model, resumed.Model);
    }

    [Fact]
    public async Task RunAsync_WithOtherPhotosHeldBack_TrainsTheSameWeights()
    {
        TrainingOptions Chosen(string work) => Options(work) with { Steps = 4, Validation = new() { Share = 0.25, EverySteps = 2 } };
        TrainingResult first = await new TrainingRun(Chosen("first")).RunAsync(TestContext.Current.CancellationToken);
        IReadOnlyList<Data.TrainingPhoto> held = Data.TrainingSet.Read(Path.Combine(_root, "photos"), Data.LabelRule.Folder, []).Split(0.25, Options("first").Seed).Held;
        Assert.Equal((36, 12, 12), (first.Photos, first.HeldPhotos, held.Count));
        for (int i = 0; i < held.Count; i++) File.WriteAllBytes(held[i].Path, ImageEncoder.Png(DrawnPhotos.Stripes(100 + i, 90, 70)));
        TrainingResult second = await new TrainingRun(Chosen("second")).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(first.Model, second.Model);
        Assert.NotEqual(Column("first", 2, "validation.csv"), Column("second", 2, "validation.csv"));
    }

    [Fact]
    public async Task RunAsync_OfHeadsOnly_LeavesTheTrunkAndLearnsFromCachedMaps()
    {
        TrainingOptions options = Options("a") with { Steps = 60, AutoencoderLearningRate = 0.05, HeadsOnly = new() { ViewsPerPhoto = 3 }, Finishing = new() { Autoencoder = HeadSource.Learned } };
        var stages = new Stages();
        await new TrainingRun(options, stages).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3 * 48, stages.Last[TrainingStage.Caching]);
        double[] losses = Column("a", 3), attention = Column("a", 5), reconstruction = Column("a", 6);
        foreach (double[] loss in new[] { losses, attention, reconstruction })
            Assert.True(loss[^10..].Average() < loss[..10].Average(), $"{loss[..10].Average()} → {loss[^10..].Average()}");

        using DelgModel start = DelgWeights.Load(Init), end = DelgWeights.Load(options.Output);
        Dictionary<string, Tensor> before = start.Network.state_dict();
        foreach ((string name, Tensor value) in end.Network.state_dict())
        {
            bool isTrunk = name.StartsWith("trunk.", StringComparison.Ordinal), isStatistic = name.Contains("running_", StringComparison.Ordinal);
            Assert.True(value.equal(before[name]).all().item<bool>() == (isTrunk || isStatistic), name);
        }

        // Gone on with, the run finds its maps.
        var again = new Stages();
        await new TrainingRun(options with { Steps = 62 }, again).RunAsync(TestContext.Current.CancellationToken);
        Assert.False(again.Last.ContainsKey(TrainingStage.Caching));
        Assert.Equal(62, again.Last[TrainingStage.Training]);
    }

    [Fact]
    public async Task RunAsync_OfHeadsOnlyWithoutRoom_SaysHowMuchItTakes()
    {
        TrainingOptions options = Options("a") with { Steps = 1, HeadsOnly = new() { CacheMegabytes = 1 }, Augmentation = new() { CropPixels = 512 } };
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => new TrainingRun(options).RunAsync(TestContext.Current.CancellationToken));
        Assert.Contains("CacheMegabytes allows 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ThatNoLongerGetsBetter_StopsAndKeepsTheBest()
    {
        TrainingOptions options = Options("a") with
        {
            Steps = 50,
            TrunkLearningRate = 0,
            GlobalHeadLearningRate = 0,
            Validation = new() { Share = 0.25, EverySteps = 2, Patience = 3 },
            Finishing = new() { Autoencoder = HeadSource.Learned },
        };
        TrainingResult result = await new TrainingRun(options).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal((6, 0), (result.Steps, result.KeptStep));
        Assert.NotNull(result.Validation);
        // The attention did learn; of the kept step it is the start's.
        using DelgModel start = DelgWeights.Load(Init), end = DelgWeights.Load(options.Output);
        Assert.True(end.Network.state_dict()["local.attention.conv1.weight"].equal(start.Network.state_dict()["local.attention.conv1.weight"]).all().item<bool>());
        Assert.NotEqual(Column("a", 5, "validation.csv")[0], Column("a", 5, "validation.csv")[^1]);
    }

    [Fact]
    public async Task RunAsync_WithMetrics_DrawsTheirCurves()
    {
        await new TrainingRun(Options("a") with { Steps = 3, Validation = new() { Share = 0.25, EverySteps = 2 } }).RunAsync(TestContext.Current.CancellationToken);
        RgbImage picture = new ImageDecoder().DecodeFile(Path.Combine(_root, "a", "curves.png"));
        Assert.Equal((1120, 680), (picture.Width, picture.Height));
        // The training's blue in each of the four panels.
        for (int panel = 0; panel < 4; panel++)
            Assert.True(CountBlue(picture, panel % 2 * 560, panel / 2 * 340) > 50, $"panel {panel}");

        static int CountBlue(RgbImage picture, int left, int top)
        {
            int found = 0;
            for (int y = top + 40; y < top + 310; y++)
            {
                for (int x = left; x < left + 560; x++)
                {
                    Span<byte> pixel = picture.Row(y).Slice(3 * x, 3);
                    if (pixel[2] > 150 && pixel[0] < 90) found++;
                }
            }
            return found;
        }
    }

    [Fact]
    public async Task RunAsync_OnTheCheckpointOfOtherPhotos_Refuses()
    {
        await new TrainingRun(Options("a") with { Steps = 0 }).RunAsync(TestContext.Current.CancellationToken);
        var run = new TrainingRun(Options("a") with { Steps = 1, BatchSize = 4 });
        WeightsFormatException error = await Assert.ThrowsAsync<WeightsFormatException>(() => run.RunAsync(TestContext.Current.CancellationToken));
        Assert.Contains("another run", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_FinishedAsTheStart_IsTheStart()
    {
        TrainingOptions options = Options("a") with
        {
            Steps = 3,
            Finishing = new() { StartShare = 1, Autoencoder = HeadSource.Learned },
        };
        await new TrainingRun(options).RunAsync(TestContext.Current.CancellationToken);
        using DelgModel start = DelgWeights.Load(Init), end = DelgWeights.Load(options.Output);
        Dictionary<string, Tensor> expected = start.Network.state_dict();
        foreach ((string name, Tensor value) in end.Network.state_dict()) Assert.True(value.equal(expected[name]).all().item<bool>(), name);
    }

    [Fact]
    public void Options_OutOfRange_AreAllNamed()
    {
        TrainingOptions options = Options("a") with { BatchSize = 0, Momentum = 1, Augmentation = new() { CropPixels = 1 }, Device = "gpu", HeadsOnly = new() { ViewsPerPhoto = 0 }, Validation = new() { Patience = 2 } };
        ArgumentException error = Assert.Throws<ArgumentException>(() => new TrainingRun(options));
        foreach (string name in new[] { "BatchSize", "Momentum", "CropPixels", "Device", "ViewsPerPhoto", "Patience" }) Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private TrainingOptions Options(string work) => new()
    {
        Images = Path.Combine(_root, "photos"),
        Init = Init,
        Output = Path.Combine(_root, work, "out.safetensors"),
        WorkFolder = Path.Combine(_root, work),
        Name = "drawn",
        Source = "tests",
        Storage = WeightStorage.Float32,
        BatchSize = 12,
        WarmUpSteps = 5,
        ArcFaceScale = 8,
        TrunkLearningRate = 0.02,
        GlobalHeadLearningRate = 0.05,
        AttentionLearningRate = 0.05,
        Augmentation = new AugmentationOptions { CropPixels = 64, MinimumArea = 0.6, RotationDegrees = 5, CornerJitter = 0.05, PhotometricJitter = 0.1, GreyProbability = 0 },
    };

    private double[] Column(string work, int column, string file = "metrics.csv") =>
    [
        .. File.ReadLines(Path.Combine(_root, work, file)).Skip(1).Select(l => double.Parse(l.Split(',')[column], CultureInfo.InvariantCulture)),
    ];

    private sealed class StopAfter(long step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Metrics is not null && value.Done == step) source.Cancel();
        }
    }

    private sealed class Stages : IProgress<TrainingProgress>
    {
        public Dictionary<TrainingStage, long> Last { get; } = [];

        public void Report(TrainingProgress value) => Last[value.Stage] = value.Done;
    }
}
