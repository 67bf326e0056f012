using Delg.Extractor;
using Delg.Gateway;
using Delg.GlobalIndex;
using Delg.LocalVerifier;
using Delg.ServiceDefaults.Hosting;

namespace Delg.Standalone;

/// <summary>
/// The whole system in one process: four services, each on a host and a port of its own, exactly as their programs start them. The three that do
/// the work start first; the gateway follows when they are ready. They stop the other way round.
/// </summary>
public sealed class StandaloneSystem : IAsyncDisposable
{
    private const string AnyFreePort = "http://127.0.0.1:0";

    /// <summary>In the order they were started.</summary>
    private readonly List<ServiceHost> _hosts = [];

    private StandaloneAddresses? _addresses;

    private StandaloneSystem()
    {
    }

    /// <summary>Where the services listen.</summary>
    public StandaloneAddresses Addresses => _addresses!;

    /// <summary>Starts the services and returns when all can be used.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Gives the start up; what was started is stopped.</param>
    /// <exception cref="ServiceStartException">A service cannot start, or was not ready in time; the message says which and why.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are out of range; the message names all of one service.</exception>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<StandaloneSystem> StartAsync(StandaloneOptions? options = null, CancellationToken cancellation = default)
    {
        var system = new StandaloneSystem();
        try
        {
            await system.StartServicesAsync(options ?? new StandaloneOptions(), cancellation);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the gateway, then the others; calls in flight are finished within each service's grace.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        for (var i = _hosts.Count - 1; i >= 0; i--)
            await _hosts[i].StopAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        while (_hosts.Count > 0)
        {
            var last = _hosts[^1];
            _hosts.RemoveAt(_hosts.Count - 1);
            await last.StopAsync(CancellationToken.None);
            await last.DisposeAsync();
        }
    }

    private async Task StartServicesAsync(StandaloneOptions options, CancellationToken cancellation)
    {
        var index = await StartAsync(
            GlobalIndexHosting.Section, options, BackendSettings(GlobalIndexHosting.Section, options),
            builder => builder.AddServiceDefaults(GlobalIndexHosting.Section, GlobalIndexHosting.DefaultPort).AddGlobalIndex(),
            app => app.MapGlobalIndex(), cancellation);
        var verifier = await StartAsync(
            LocalVerifierHosting.Section, options, BackendSettings(LocalVerifierHosting.Section, options),
            builder => builder.AddServiceDefaults(LocalVerifierHosting.Section, LocalVerifierHosting.DefaultPort).AddLocalVerifier(),
            app => app.MapLocalVerifier(), cancellation);
        var extractor = await StartAsync(
            ExtractorHosting.Section, options, BackendSettings(ExtractorHosting.Section, options),
            builder => builder.AddServiceDefaults(ExtractorHosting.Section, ExtractorHosting.DefaultPort).AddExtractor(),
            app => app.MapExtractor(), cancellation);
        var limit = TimeSpan.FromSeconds(options.ReadyTimeoutSeconds);
        foreach (var backend in _hosts)
            await backend.WaitUntilReadyAsync(limit, cancellation);

        var settings = Settings(GatewayHosting.Section, options);
        settings[$"{GatewayHosting.Section}:{nameof(GatewayOptions.Extractor)}"] = extractor.Addresses[0].AbsoluteUri;
        settings[$"{GatewayHosting.Section}:{nameof(GatewayOptions.GlobalIndex)}"] = index.Addresses[0].AbsoluteUri;
        settings[$"{GatewayHosting.Section}:{nameof(GatewayOptions.LocalVerifier)}"] = verifier.Addresses[0].AbsoluteUri;
        if (options.UseFreePorts)
            settings[$"{GatewayHosting.Section}:{nameof(ServiceListenOptions.HttpListen)}"] = AnyFreePort;
        var gateway = await StartAsync(
            GatewayHosting.Section, options, settings,
            builder => builder.AddServiceDefaults(GatewayHosting.Section, GatewayHosting.DefaultPort, GatewayHosting.DefaultHttpPort).AddGateway(),
            app => app.MapGateway(), cancellation);
        _addresses = new StandaloneAddresses(gateway.Addresses[0], gateway.Addresses[1], extractor.Addresses[0], index.Addresses[0], verifier.Addresses[0]);
    }

    private async Task<ServiceHost> StartAsync(
        string section,
        StandaloneOptions options,
        Dictionary<string, string?> settings,
        Action<WebApplicationBuilder> add,
        Action<WebApplication> map,
        CancellationToken cancellation)
    {
        var host = await ServiceHost.StartAsync(section, options, settings, add, map, cancellation);
        _hosts.Add(host);
        return host;
    }

    private static Dictionary<string, string?> BackendSettings(string section, StandaloneOptions options)
    {
        var settings = Settings(section, options);
        // Meters and activity sources belong to the process: the gateway's host exports those of all four, once.
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = "";
        return settings;
    }

    private static Dictionary<string, string?> Settings(string section, StandaloneOptions options)
    {
        var settings = new Dictionary<string, string?>();
        if (options.DataFolder is not null)
            settings[DataFolder.Key] = options.DataFolder;
        if (options.UseFreePorts)
            settings[$"{section}:{nameof(ServiceListenOptions.Listen)}"] = AnyFreePort;
        return settings;
    }
}
