using System.Diagnostics;
using Delg.Extractor.Inference;
using Delg.Extractor.Telemetry;
using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.V1;
using Microsoft.Extensions.Options;

namespace Delg.Extractor.Queueing;

/// <summary>
/// The one thread that runs the network on the device: it loads the weights, warms up, then takes job after job. Start waits for the
/// weights, so that a service without them does not start; stop lets the queue run empty first.
/// </summary>
internal sealed partial class InferenceWorker(
    Func<IExtractionEngine> load, ExtractionQueue queue, ExtractorTelemetry telemetry, IOptions<ExtractorOptions> options, ILogger<InferenceWorker> logger)
    : IHostedService, IDisposable
{
    private const int WarmUpWidthPixels = 320;
    private const int WarmUpHeightPixels = 240;

    private readonly TaskCompletionSource<GetModelResponse> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abort = new();
    private volatile bool _isReady;

    /// <summary>Whether the network has been loaded and warmed up and is taking jobs.</summary>
    public bool IsReady => _isReady;

    /// <summary>The loaded model.</summary>
    public GetModelResponse Model => _loaded.Task.Result;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(Run) { IsBackground = true, Name = "inference" }.Start();
        await _loaded.Task.WaitAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Close();
        try
        {
            await _ended.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The grace is over: what waits is refused, what runs is stopped at its next scale.
            await _abort.CancelAsync();
            queue.Clear();
        }
    }

    public void Dispose() => _abort.Dispose();

    private void Run()
    {
        try
        {
            using var engine = load();
            LogLoaded(engine.Model.ModelId, engine.Model.Device, engine.Model.Precision);
            _loaded.SetResult(engine.Model);
            if (options.Value.WarmUp)
                engine.Extract(new RgbImage(WarmUpWidthPixels, WarmUpHeightPixels), new FeatureRequest(), _abort.Token);
            _isReady = true;
            while (queue.Take() is { } job)
                Run(engine, job);
        }
        catch (Exception failure) when (_loaded.TrySetException(failure))
        {
            // The start fails with it.
        }
        catch (Exception failure)
        {
            LogStopped(failure);
        }
        finally
        {
            _isReady = false;
            queue.Close();
            queue.Clear();
            _ended.SetResult();
        }
    }

    private void Run(IExtractionEngine engine, ExtractionJob job)
    {
        if (job.EndIfAbandoned(DateTime.UtcNow))
        {
            telemetry.Ended(ExtractionOutcome.Dropped);
            return;
        }

        using var span = ExtractorTelemetry.Source.StartActivity("inference", ActivityKind.Internal, job.Caller);
        var start = Stopwatch.GetTimestamp();
        var queued = Stopwatch.GetElapsedTime(job.Entered, start);
        telemetry.Waited(queued, job.Priority);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(job.Cancellation, _abort.Token);
        try
        {
            var features = engine.Extract(job.Picture, job.Request, stop.Token);
            var inference = Stopwatch.GetElapsedTime(start);
            telemetry.Inferred(inference);
            telemetry.Ended(ExtractionOutcome.Done);
            job.End(new ExtractionResult(features, queued, inference));
        }
        catch (OperationCanceledException cancelled)
        {
            telemetry.Ended(ExtractionOutcome.Dropped);
            job.End(job.Cancellation.IsCancellationRequested ? cancelled : ExtractionQueue.Stopping());
        }
        catch (Exception failure)
        {
            // One image must not end the service. The endpoint reports it.
            telemetry.Ended(ExtractionOutcome.Failed);
            job.End(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {ModelId} on {Device} in {Precision}")]
    private partial void LogLoaded(string modelId, string device, string precision);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The inference thread stopped; the service is no longer ready")]
    private partial void LogStopped(Exception failure);
}
