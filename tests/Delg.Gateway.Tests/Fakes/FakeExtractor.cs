using System.Collections.Concurrent;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>Describes an image by its first byte: a unit vector along that axis, one local feature.</summary>
internal sealed class FakeExtractor(CallJournal journal) : ExtractorService.ExtractorServiceBase
{
    public const int Dim = 16;

    private int _running;

    public string ModelId { get; set; } = "fake@000000000000";

    /// <summary>What the weights say of fused ranking; null: nothing.</summary>
    public FusionDefaults? Fusion { get; set; }

    /// <summary>Set by a test to have the model not told.</summary>
    public RpcException? ModelFailure { get; set; }

    /// <summary>How often the model was asked for.</summary>
    public int ModelRequests { get; private set; }

    public ConcurrentQueue<ExtractRequest> Requests { get; } = new();

    public ConcurrentQueue<DateTime> Deadlines { get; } = new();

    public int MostRunning { get; private set; }

    /// <summary>Set by a test to make extraction wait, fail or answer something else.</summary>
    public Func<ExtractRequest, ServerCallContext, Task>? Before { get; set; }

    public override async Task<ExtractResponse> Extract(ExtractRequest request, ServerCallContext context)
    {
        journal.Note(context);
        Requests.Enqueue(request);
        Deadlines.Enqueue(context.Deadline);
        lock (this)
            MostRunning = Math.Max(MostRunning, ++_running);
        try
        {
            if (Before is not null)
                await Before(request, context);
        }
        finally
        {
            lock (this)
                _running--;
        }

        var size = new ImageSize { Width = 640, Height = 480 };
        return new ExtractResponse
        {
            Global = request.Features == FeatureSelection.Local ? null : Descriptor(request.Image[0]),
            Local = request.Features == FeatureSelection.Global ? null : Features(size),
            ImageSize = size,
            Thumbnail = request.ThumbnailSidePixels == 0 ? ByteString.Empty : ByteString.CopyFrom(0xFF, 0xD8, 0xFF, request.Image[0], (byte)(request.ThumbnailSidePixels / 4)),
        };
    }

    public override Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context)
    {
        journal.Note(context);
        ModelRequests++;
        return ModelFailure is null
            ? Task.FromResult(new GetModelResponse { ModelId = ModelId, GlobalDim = Dim, LocalDim = 8, Fusion = Fusion })
            : Task.FromException<GetModelResponse>(ModelFailure);
    }

    public GlobalDescriptor Descriptor(byte axis)
    {
        var values = new float[Dim];
        values[axis % Dim] = 1;
        return new GlobalDescriptor { ModelId = ModelId, Values = { values } };
    }

    public LocalFeatures Features(ImageSize size) => new()
    {
        ModelId = ModelId,
        ImageSize = size,
        Encoding = DescriptorEncoding.Int8,
        Int8Scale = 1f / 127,
        Dim = 8,
        Positions = { 1, 2 },
        Scales = { 1 },
        Scores = { 3 },
        Descriptors = ByteString.CopyFrom(127, 0, 0, 0, 0, 0, 0, 0),
    };
}
