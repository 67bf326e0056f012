using System.Net;
using Delg.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Console;

namespace Delg.Standalone;

/// <summary>One service on a host of its own inside this process.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private static readonly TimeSpan _readinessPoll = TimeSpan.FromMilliseconds(50);

    private readonly string _section;
    private readonly WebApplication _app;

    private ServiceHost(string section, WebApplication app)
    {
        _section = section;
        _app = app;
    }

    /// <summary>Builds a service as its own program would, and starts it.</summary>
    /// <param name="section">Its configuration section.</param>
    /// <param name="options">How the whole is started.</param>
    /// <param name="settings">Settings that the whole makes for this service; the options' own go before them.</param>
    /// <param name="add">Its registrations, defaults included.</param>
    /// <param name="map">Its endpoints.</param>
    /// <param name="cancellation">Gives the start up.</param>
    public static async Task<ServiceHost> StartAsync(
        string section,
        StandaloneOptions options,
        IReadOnlyDictionary<string, string?> settings,
        Action<WebApplicationBuilder> add,
        Action<WebApplication> map,
        CancellationToken cancellation)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [.. options.Arguments], ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(options.IsQuiet ? LogLevel.Warning : LogLevel.Information);
        // What keeps a service from starting is thrown, and checks that are not content are waited for: neither is news.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        add(builder);
        // Once more, after the variables that the service's defaults read.
        builder.Configuration.AddInMemoryCollection(settings).AddInMemoryCollection(options.Settings);
        // Whoever starts this system decides when it stops, and in which order.
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        var app = builder.Build();
        var host = new ServiceHost(section, app);
        try
        {
            app.MapServiceDefaults();
            map(app);
            await app.StartAsync(cancellation);
            return host;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the service listens, in the order gRPC, HTTP; as a client on this machine reaches it.</summary>
    public IReadOnlyList<Uri> Addresses =>
        [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(Reachable)];

    /// <summary>Waits until every health check of the service is content.</summary>
    /// <exception cref="ServiceStartException">It was not within the time, or it stopped.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var health = _app.Services.GetRequiredService<HealthCheckService>();
        using var limit = new CancellationTokenSource(timeout);
        while (true)
        {
            var report = await health.CheckHealthAsync(cancellation);
            if (report.Status == HealthStatus.Healthy)
                return;
            var why = string.Join(" ", report.Entries.Values.Where(e => e.Status != HealthStatus.Healthy).Select(e => e.Description));
            if (_app.Lifetime.ApplicationStopping.IsCancellationRequested)
                throw new ServiceStartException($"{_section} stopped while it was starting. {why}");
            if (limit.IsCancellationRequested)
                throw new ServiceStartException($"{_section} was not ready within {timeout.TotalSeconds} s. {why}");
            await Task.Delay(_readinessPoll, cancellation);
        }
    }

    public async Task StopAsync(CancellationToken cancellation) => await _app.StopAsync(cancellation);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>A service that listens on all interfaces is reached through loopback.</summary>
    private static Uri Reachable(string address)
    {
        var parsed = BindingAddress.Parse(address);
        var isAny = !IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        var host = isAny && parsed.Host != "localhost" ? IPAddress.Loopback.ToString() : parsed.Host;
        return new Uri($"{parsed.Scheme}://{host}:{parsed.Port}");
    }

    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
