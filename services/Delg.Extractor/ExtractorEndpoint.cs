using System.Diagnostics;
using Delg.Extractor.Decoding;
using Delg.Extractor.Messages;
using Delg.Extractor.Queueing;
using Delg.Extractor.Telemetry;
using Delg.Model.Extraction;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Extractor;

/// <summary>The gRPC face: check, decode and shrink, queue for the network, encode.</summary>
internal sealed class ExtractorEndpoint(ExtractionQueue queue, BoundedDecoding decoding, InferenceWorker worker) : ExtractorService.ExtractorServiceBase
{
    public override Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context) => Task.FromResult(worker.Model);

    public override async Task<ExtractResponse> Extract(ExtractRequest request, ServerCallContext context)
    {
        ExtractRequestCheck.Check(request);
        using var place = queue.TakePlace(request.Priority, context.Deadline == DateTime.MaxValue ? null : context.Deadline - DateTime.UtcNow);
        using var room = await decoding.EnterAsync(request.Priority, context.CancellationToken);
        var start = Stopwatch.GetTimestamp();
        var (job, thumbnail) = Decode(request, context, leftQueue: () =>
        {
            place.Dispose();
            room.Dispose();
        });
        var decoded = Stopwatch.GetElapsedTime(start);
        queue.Enter(job);
        var result = await job.Result;

        var response = Encode(request, result.Features);
        response.Thumbnail = thumbnail;
        response.Timings = new ExtractionTimings
        {
            QueueMs = (float)result.Queued.TotalMilliseconds,
            DecodeMs = (float)decoded.TotalMilliseconds,
            ExtractMs = (float)result.Inference.TotalMilliseconds,
        };
        return response;
    }

    private (ExtractionJob Job, ByteString Thumbnail) Decode(ExtractRequest request, ServerCallContext context, Action leftQueue)
    {
        using var span = ExtractorTelemetry.Source.StartActivity("decode");
        var picture = decoding.Decode(request.Image);
        var wanted = new FeatureRequest
        {
            Box = ExtractRequestCheck.BoxOf(request.Region, picture.Width, picture.Height),
            Kinds = request.Features.Kinds(),
            MaxLocalFeatures = request.MaxLocalFeatures == 0 ? null : (int)request.MaxLocalFeatures,
        };
        var thumbnail = Thumbnail.Of(picture, (int)request.ThumbnailSidePixels);
        return (new ExtractionJob(worker.Prepare(picture, wanted), request.Priority, context.Deadline, context.CancellationToken) { LeftQueue = leftQueue }, thumbnail);
    }

    private ExtractResponse Encode(ExtractRequest request, ImageFeatures features)
    {
        var kinds = request.Features.Kinds();
        if (kinds.HasFlag(DescriptorKinds.Global) && features.Global.Length == 0)
            throw ExtractRequestCheck.TooSmall(request.Region);
        return new ExtractResponse
        {
            Global = kinds.HasFlag(DescriptorKinds.Global) ? features.Global() : null,
            Local = kinds.HasFlag(DescriptorKinds.Local) ? features.Local((int)worker.Model.LocalDim, request.LocalEncoding) : null,
            ImageSize = features.Size(),
        };
    }
}
