using System.Collections.Concurrent;
using Delg.Extractor.Inference;
using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.Model.Network;
using Delg.Model.Weights;
using Delg.V1;

namespace Delg.Extractor.Tests.Fakes;

/// <summary>An engine that a test can hold, and that notes the width of each picture it is given, and how many came at a time.</summary>
internal sealed class FakeEngine : IExtractionEngine
{
    private static readonly ModelManifest _manifest = new() { Name = "fake", Layout = ModelLayout.Torchvision };

    private readonly ManualResetEventSlim _open = new(true);

    public ConcurrentQueue<int> Widths { get; } = new();

    public ConcurrentQueue<FeatureRequest> Requests { get; } = new();

    public ConcurrentQueue<int> BatchSizes { get; } = new();

    /// <summary>Released each time a batch arrives.</summary>
    public SemaphoreSlim Arrived { get; } = new(0);

    /// <summary>What to do with a picture instead of answering.</summary>
    public Action<PreparedPicture>? Before { get; set; }

    /// <summary>Answer without a global descriptor, as for a picture too small.</summary>
    public bool FindsNothing { get; set; }

    public bool IsDisposed { get; private set; }

    public GetModelResponse Model { get; } = new() { ModelId = "fake@0123456789ab", GlobalDim = 2, LocalDim = 8, Device = "cpu", Precision = "float32" };

    public int MaxBatch { get; init; } = 1;

    public void Hold() => _open.Reset();

    public void LetGo() => _open.Set();

    public PreparedPicture Prepare(RgbImage picture, FeatureRequest request) => PreparedPicture.Of(picture, request, _manifest);

    public IReadOnlyList<ImageFeatures> Extract(IReadOnlyList<PreparedPicture> batch, CancellationToken cancellation)
    {
        BatchSizes.Enqueue(batch.Count);
        foreach (var picture in batch)
        {
            Widths.Enqueue(picture.PictureWidth);
            Requests.Enqueue(picture.Request);
        }

        Arrived.Release();
        _open.Wait(cancellation);
        return [.. batch.Select(Describe)];
    }

    public void Dispose() => IsDisposed = true;

    private ImageFeatures Describe(PreparedPicture picture)
    {
        Before?.Invoke(picture);
        var request = picture.Request;
        var hasLocal = request.Kinds.HasFlag(DescriptorKinds.Local) && !FindsNothing;
        return new ImageFeatures
        {
            ModelId = new ModelId("fake", "0123456789ab"),
            ImageWidth = picture.PictureWidth,
            ImageHeight = picture.PictureHeight,
            Global = request.Kinds.HasFlag(DescriptorKinds.Global) && !FindsNothing ? [0.6f, 0.8f] : [],
            Keypoints = hasLocal ? [1, 2, 3, 4] : [],
            Scales = hasLocal ? [1, 2] : [],
            Scores = hasLocal ? [9, 8] : [],
            Descriptors = hasLocal ? [1, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0] : [],
        };
    }
}
