using Delg.ServiceDefaults.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Delg.Standalone.Tests;

public class ServiceHostTests
{
    [Fact]
    public async Task WaitUntilReady_NeverReady_SaysWhichServiceAndWhy()
    {
        await using var host = await StartAsync(HealthCheckResult.Unhealthy("The door is shut."));

        var failure = await Assert.ThrowsAsync<ServiceStartException>(() => host.WaitUntilReadyAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));

        Assert.Equal("Shop was not ready within 0 s. The door is shut.", failure.Message);
    }

    [Fact]
    public async Task WaitUntilReady_Ready_ReturnsWithAReachableAddress()
    {
        await using var host = await StartAsync(HealthCheckResult.Healthy());

        await host.WaitUntilReadyAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);

        Assert.Equal("127.0.0.1", host.Addresses.Single().Host);
        Assert.NotEqual(0, host.Addresses.Single().Port);
    }

    private static Task<ServiceHost> StartAsync(HealthCheckResult health) => ServiceHost.StartAsync(
        "Shop",
        new StandaloneOptions { IsQuiet = true },
        new Dictionary<string, string?> { ["Shop:Listen"] = "http://*:0" },
        builder =>
        {
            builder.AddServiceDefaults("Shop", 0);
            builder.Services.AddHealthChecks().AddCheck("door", () => health, [ServiceHosting.ReadyTag]);
        },
        _ => { },
        TestContext.Current.CancellationToken);
}
