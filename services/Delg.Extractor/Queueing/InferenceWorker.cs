using System.Diagnostics;
using Delg.Extractor.Inference;
using Delg.Extractor.Telemetry;
using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.V1;
using Microsoft.Extensions.Options;

namespace Delg.Extractor.Queueing;

/// <summary>
/// The one thread that runs the network on the device: it loads the weights, warms up, then takes batch after batch. Start waits for the
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
    private volatile IExtractionEngine? _engine;
    private volatile bool _isReady;

    /// <summary>Whether the network has been loaded and warmed up and is taking jobs.</summary>
    public bool IsReady => _isReady;

    /// <summary>The loaded model.</summary>
    public GetModelResponse Model => _loaded.Task.Result;

    /// <summary>Crops and shrinks one upright picture as the network wants it, on the caller's thread.</summary>
    /// <exception cref="Contracts.Errors.DelgException">The service is stopping.</exception>
    public PreparedPicture Prepare(RgbImage picture, FeatureRequest request) => (_engine ?? throw ExtractionQueue.Stopping()).Prepare(picture, request);

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
            _engine = engine;
            _loaded.SetResult(engine.Model);
            if (options.Value.WarmUp)
                engine.Extract([engine.Prepare(new RgbImage(WarmUpWidthPixels, WarmUpHeightPixels), new FeatureRequest())], _abort.Token);
            _isReady = true;
            while (queue.Take(engine.MaxBatch) is { Count: > 0 } batch)
                Run(engine, batch);
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
            _engine = null;
            queue.Close();
            queue.Clear();
            _ended.SetResult();
        }
    }

    private void Run(IExtractionEngine engine, IReadOnlyList<ExtractionJob> taken)
    {
        var now = DateTime.UtcNow;
        ExtractionJob[] batch = [.. taken.Where(job => !job.EndIfAbandoned(now))];
        for (var i = batch.Length; i < taken.Count; i++)
            telemetry.Ended(ExtractionOutcome.Dropped);
        if (batch.Length == 0)
            return;

        // The span belongs to the first caller's trace and links to the others'.
        using var span = ExtractorTelemetry.Source.StartActivity(
            ActivityKind.Internal, batch[0].Caller, links: batch.Skip(1).Select(job => new ActivityLink(job.Caller)), name: "inference");
        span?.SetTag("delg.batch.size", batch.Length);
        var start = Stopwatch.GetTimestamp();
        using var stop = new BatchCancellation(batch, _abort.Token);
        try
        {
            var features = engine.Extract([.. batch.Select(job => job.Picture)], stop.Token);
            var inference = Stopwatch.GetElapsedTime(start);
            telemetry.Inferred(inference, batch.Length);
            queue.Ran(inference, batch.Length);
            for (var i = 0; i < batch.Length; i++)
            {
                var queued = Stopwatch.GetElapsedTime(batch[i].Entered, start);
                telemetry.Waited(queued, batch[i].Priority);
                telemetry.Ended(ExtractionOutcome.Done);
                batch[i].End(new ExtractionResult(features[i], queued, inference));
            }
        }
        catch (OperationCanceledException)
        {
            foreach (var job in batch)
            {
                telemetry.Ended(ExtractionOutcome.Dropped);
                job.End(job.Cancellation.IsCancellationRequested ? new OperationCanceledException(job.Cancellation) : ExtractionQueue.Stopping());
            }
        }
        catch (Exception) when (batch.Length > 1)
        {
            // Whichever image it was, or their sum, the others need not fail with it.
            foreach (var job in batch)
                Run(engine, [job]);
        }
        catch (Exception failure)
        {
            // One image must not end the service. The endpoint reports it.
            telemetry.Ended(ExtractionOutcome.Failed);
            batch[0].End(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {ModelId} on {Device} in {Precision}")]
    private partial void LogLoaded(string modelId, string device, string precision);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The inference thread stopped; the service is no longer ready")]
    private partial void LogStopped(Exception failure);
}
