using Delg.Contracts.Errors;
using Delg.LocalVerifier.Stores;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Delg.LocalVerifier.Service;

/// <summary>Ready when the store answers.</summary>
internal sealed class StoreHealthCheck(IFeatureStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.ProbeAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (DelgException failure)
        {
            return HealthCheckResult.Unhealthy(failure.Message);
        }
    }
}
