using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Backends;

/// <summary>Asks one service whether it is ready.</summary>
internal sealed class BackendHealthCheck(Backend backend, IOptions<GatewayOptions> options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = new Health.HealthClient(backend.Channel);
        try
        {
            var answer = await health.CheckAsync(
                new HealthCheckRequest(), deadline: DateTime.UtcNow.AddSeconds(options.Value.HealthTimeoutSeconds), cancellationToken: cancellationToken);
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The {backend.Name} is not ready.");
        }
        catch (RpcException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return HealthCheckResult.Unhealthy($"The {backend.Name} does not answer: {failure.StatusCode}.");
        }
    }
}
