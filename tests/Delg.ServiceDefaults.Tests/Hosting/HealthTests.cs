using Delg.ServiceDefaults.Hosting;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Delg.ServiceDefaults.Tests.Hosting;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_FailingReadyCheck_IsNotReadyButLives()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new("Sample:Listen", "http://127.0.0.1:0")]);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults("Sample", 0);
        builder.Services.AddHealthChecks().AddCheck("dependency", () => HealthCheckResult.Unhealthy(), [ServiceHosting.ReadyTag]);
        await using var app = builder.Build();
        app.MapServiceDefaults();
        await app.StartAsync(stop);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var channel = GrpcChannel.ForAddress(address);
        var client = new Health.HealthClient(channel);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await StatusOf(client, ServiceHosting.LiveService, stop));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await StatusOf(client, "", stop));
    }

    /// <summary>The first report comes from a background task: until then the answer is that the name is not known.</summary>
    private static async Task<HealthCheckResponse.Types.ServingStatus> StatusOf(Health.HealthClient client, string service, CancellationToken stop)
    {
        using var watch = client.Watch(new HealthCheckRequest { Service = service }, cancellationToken: stop);
        while (await watch.ResponseStream.MoveNext(stop))
        {
            if (watch.ResponseStream.Current.Status != HealthCheckResponse.Types.ServingStatus.ServiceUnknown)
                return watch.ResponseStream.Current.Status;
        }

        return HealthCheckResponse.Types.ServingStatus.Unknown;
    }
}
