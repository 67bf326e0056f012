using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Delg.ServiceDefaults.Tests.Hosting;

/// <summary>Asks gRPC health.</summary>
internal static class HealthOf
{
    /// <summary>The first status published for a service; health answers NOT_FOUND until then.</summary>
    public static async Task<HealthCheckResponse.Types.ServingStatus> ServiceAsync(GrpcChannel channel, string service)
    {
        var health = new Health.HealthClient(channel);
        while (true)
        {
            try
            {
                var response = await health.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: TestContext.Current.CancellationToken);
                return response.Status;
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.NotFound)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }
}
