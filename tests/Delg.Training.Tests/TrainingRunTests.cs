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
            RgbImage picture = DrawnPhotos.Stripes(scene, 72, 64);
            for (int i = 0; i < 8; i++) File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), ImageEncoder.Png(picture));
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
        Assert.Equal((80, 48, 6), (result.Steps, result.Photos, result.Labels));
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

    [Fact]
    public async Task RunAsync_CancelledAndRunAgain_TakesTheStepsOfAnUnbrokenRun()
    {
        await new TrainingRun(Options("unbroken") with { Steps = 8 }).RunAsync(TestContext.Current.CancellationToken);

        using var stop = new CancellationTokenSource();
        var stopper = new StopAfter(5, stop);
        TrainingResult broken = await new TrainingRun(Options("broken") with { Steps = 8 }, stopper).RunAsync(stop.Token);
        Assert.Null(broken.Model);
        Assert.Equal(5, broken.Steps);
        TrainingResult resumed = await new TrainingRun(Options("broken") with { Steps = 8 }).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(8, resumed.Steps);
        Assert.Equal(Column("unbroken", 3), Column("broken", 3));
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
        TrainingOptions options = Options("a") with { BatchSize = 0, Momentum = 1, Augmentation = new() { CropPixels = 1 } };
        ArgumentException error = Assert.Throws<ArgumentException>(() => new TrainingRun(options));
        foreach (string name in new[] { "BatchSize", "Momentum", "CropPixels" }) Assert.Contains(name, error.Message, StringComparison.Ordinal);
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

    private double[] Column(string work, int column) =>
    [
        .. File.ReadLines(Path.Combine(_root, work, "metrics.csv")).Skip(1).Select(l => double.Parse(l.Split(',')[column], CultureInfo.InvariantCulture)),
    ];

    private sealed class StopAfter(long step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Stage == TrainingStage.Training && value.Done == step) source.Cancel();
        }
    }
}
