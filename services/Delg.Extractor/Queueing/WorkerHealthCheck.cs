using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Delg.Extractor.Queueing;

/// <summary>Ready once the network is warm, until the worker ends.</summary>
internal sealed class WorkerHealthCheck(InferenceWorker worker) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(worker.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The network is not warm."));
}
