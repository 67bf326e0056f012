using System.Net;
using Delg.ServiceDefaults.Hosting;
using Grpc.Health.V1;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Delg.ServiceDefaults.Tests.Hosting;

public sealed class HealthTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readiness_CheckFails_IsFalseWhileTheProcessLives()
    {
        await using var service = await StartAsync(() => HealthCheckResult.Unhealthy("Loading."));
        using var http = service.App.GetTestClient();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/readyz", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/livez", Cancellation)).StatusCode);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await HealthOf.ServiceAsync(service.Channel, ""));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await HealthOf.ServiceAsync(service.Channel, ServiceHosting.LiveService));
    }

    [Fact]
    public async Task Readiness_CheckBecomesHealthy_BecomesTrue()
    {
        var ready = false;
        await using var service = await StartAsync(() => Volatile.Read(ref ready) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        using var http = service.App.GetTestClient();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/readyz", Cancellation)).StatusCode);

        Volatile.Write(ref ready, true);

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/readyz", Cancellation)).StatusCode);
    }

    private static Task<TestService> StartAsync(Func<HealthCheckResult> check) =>
        TestService.StartAsync(add: builder => builder.Services.AddHealthChecks().AddCheck("test", check, [ServiceHosting.ReadyTag]));
}
