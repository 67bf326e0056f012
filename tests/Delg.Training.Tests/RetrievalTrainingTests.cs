using System.Globalization;
using Delg.Imaging.Scenes;
using Delg.Model.Network;
using Delg.Model.Weights;
using Delg.Training.Augmentation;
using static TorchSharp.torch;

namespace Delg.Training;

/// <summary>The whole of training on a task it can get better at: a random network learns six drawn things from views of them.</summary>
public sealed class RetrievalTrainingTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("delg-retrieval").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task RunAsync_OnDrawnScenes_RaisesTheRetrievalOfViewsItHasNotSeen()
    {
        // Seen: mAP 0.318 before, 0.547 after.
        const double Margin = 0.15;
        foreach (SceneView view in SceneGenerator.Generate(new() { Groups = 6, ViewsPerGroup = 16, WidthPixels = 160, HeightPixels = 120, Seed = 5 }))
        {
            string path = Path.Combine(_root, "photos", view.RelativePath);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, view.Jpeg);
        }
        string init = Path.Combine(_root, "init.safetensors");
        using (var scope = NewDisposeScope())
        {
            manual_seed(7);
            using var network = new DelgNetwork(TinyNetwork.Layout with { Width = 8 });
            DelgWeights.Save(init, network, new ModelManifest { Name = "tiny", Layout = network.Layout }, WeightStorage.Float32);
        }
        var options = new TrainingOptions
        {
            Images = Path.Combine(_root, "photos"),
            Init = init,
            Output = Path.Combine(_root, "out.safetensors"),
            WorkFolder = Path.Combine(_root, "work"),
            Name = "drawn",
            Steps = 240,
            BatchSize = 16,
            WarmUpSteps = 10,
            ArcFaceScale = 10,
            TrunkLearningRate = 0.05,
            GlobalHeadLearningRate = 0.05,
            AttentionLearningRate = 0.05,
            CachedSidePixels = 80,
            Validation = new() { Share = 0.4, EverySteps = 60 },
            Augmentation = new AugmentationOptions { CropPixels = 64, MinimumArea = 0.5, RotationDegrees = 10, CornerJitter = 0.1, PhotometricJitter = 0.3 },
        };
        await new TrainingRun(options).RunAsync(TestContext.Current.CancellationToken);
        double[] precision = [.. File.ReadLines(Path.Combine(options.WorkFolder, "validation.csv")).Skip(1).Select(l => double.Parse(l.Split(',')[^1], CultureInfo.InvariantCulture))];
        TestContext.Current.TestOutputHelper?.WriteLine($"mAP of views held back, every 60 steps: {string.Join(", ", precision)}");
        Assert.True(precision[^1] >= precision[0] + Margin, $"mAP {precision[0]} → {precision[^1]}");
    }
}
