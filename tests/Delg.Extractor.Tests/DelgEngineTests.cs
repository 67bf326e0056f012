using Delg.Contracts.Errors;
using Delg.Extractor.Tests.Fakes;
using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.Model.Network;
using Delg.Model.Weights;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Google.Protobuf;
using TorchSharp;

namespace Delg.Extractor.Tests;

/// <summary>The service around the real network, with a few thousand random weights.</summary>
public sealed class DelgEngineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("delg-extractor-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Extract_RealNetwork_DescribesAPicture()
    {
        await using var host = await ExtractorHost.StartAsync(null, ("Weights", TinyWeights()), ("Precision", "float32"), ("WarmUp", "true"));
        var request = new ExtractRequest { Image = ByteString.CopyFrom(ImageEncoder.Png(Noise(120, 90))) };

        var model = await host.Client.GetModelAsync(new GetModelRequest());
        var first = await host.Client.ExtractAsync(request);
        var second = await host.Client.ExtractAsync(request);
        var global = await host.Client.ExtractAsync(new ExtractRequest(request) { Features = FeatureSelection.Global });

        Assert.Equal((24u, 8u, "float32"), (model.GlobalDim, model.LocalDim, model.Precision));
        Assert.Equal(7, model.LocalScales.Count);
        Assert.Equal([MathF.Sqrt(0.5f), 1, MathF.Sqrt(2)], model.GlobalScales, new Near(1e-4f));
        Assert.Equal(1, first.Global.Values.Sum(v => (double)v * v), 4);
        Assert.Equal(model.ModelId, first.Local.ModelId);
        Assert.InRange(first.Local.Scores.Count, 1, 60);
        Assert.Equal(first.Global, second.Global);
        Assert.Equal(first.Local, second.Local);
        Assert.Equal(first.Global, global.Global);
    }

    [Fact]
    public async Task Extract_RegionThatScalesAway_IsRefused()
    {
        await using var host = await ExtractorHost.StartAsync(null, ("Weights", TinyWeights()));
        var request = new ExtractRequest
        {
            Image = ByteString.CopyFrom(ImageEncoder.Png(Noise(400, 300))),
            Region = new Region { Left = 0, Top = 0, Right = 12, Bottom = 12 },
        };

        var failure = await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(request));

        Assert.Equal(ErrorReason.RegionInvalid, failure.Reason);
    }

    [Fact]
    public async Task Start_MissingWeights_NamesTheFileAndTheOption()
    {
        var failure = await Assert.ThrowsAsync<ServiceStartException>(() => ExtractorHost.StartAsync(null, ("Weights", "/nowhere/delg.safetensors")));

        Assert.Contains("/nowhere/delg.safetensors", failure.Message, StringComparison.Ordinal);
        Assert.Contains("DELG_Extractor__Weights", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FileWithoutWeights_NamesTheFile()
    {
        var path = Path.Combine(_folder.FullName, "text.safetensors");
        await File.WriteAllTextAsync(path, "no weights", TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<ServiceStartException>(() => ExtractorHost.StartAsync(null, ("Weights", path)));

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_UnknownDevice_NamesTheOption()
    {
        var failure = await Assert.ThrowsAsync<ServiceStartException>(() => ExtractorHost.StartAsync(null, ("Weights", TinyWeights()), ("Device", "tpu")));

        Assert.Contains("Extractor:Device", failure.Message, StringComparison.Ordinal);
    }

    private string TinyWeights()
    {
        var layout = new ModelLayout { Units = new StageUnits(1, 1, 1, 1), Width = 4, GlobalDimension = 24, LocalDimension = 8, AttentionDimension = 16 };
        var path = Path.Combine(_folder.FullName, "tiny.safetensors");
        torch.manual_seed(1);
        using var network = new DelgNetwork(layout);
        DelgWeights.Save(path, network, new ModelManifest { Name = "tiny", Layout = layout, MaxImageSizePixels = 96, MaxLocalFeatures = 60 }, WeightStorage.Float32);
        return path;
    }

    private static RgbImage Noise(int width, int height)
    {
        var image = new RgbImage(width, height);
        new Random(1).NextBytes(image.Pixels);
        return image;
    }

    private sealed class Near(float tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => MathF.Abs(x - y) <= tolerance;

        public int GetHashCode(float value) => 0;
    }
}
