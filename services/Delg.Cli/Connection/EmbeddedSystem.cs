using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Extractor;
using Delg.Gateway;
using Delg.GlobalIndex;
using Delg.LocalVerifier;
using Delg.ServiceDefaults.Hosting;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Delg.Cli.Connection;

/// <summary>The four services with embedded stores inside this process, each on its own loopback port.</summary>
internal sealed class EmbeddedSystem : IAsyncDisposable
{
    /// <summary>Longest wait for all services to be ready, seconds.</summary>
    private const int ReadySeconds = 300;

    private const string FreePort = "http://127.0.0.1:0";

    private static readonly TimeSpan _readyPause = TimeSpan.FromMilliseconds(100);

    private readonly DataFolderLock _lock;
    private readonly List<WebApplication> _services = [];

    private EmbeddedSystem(DataFolderLock @lock) => _lock = @lock;

    /// <summary>The gateway's gRPC address.</summary>
    public string Address => Addresses["gateway"];

    /// <summary>All addresses by name.</summary>
    public SortedDictionary<string, string> Addresses { get; } = [];

    /// <summary>Starts all services and waits until they are ready.</summary>
    /// <exception cref="CommandFailedException">The data folder is in use, there are no weights, or a service does not come up.</exception>
    public static async Task<EmbeddedSystem> StartAsync(EmbeddedSystemOptions options, CancellationToken cancellation)
    {
        var system = new EmbeddedSystem(DataFolderLock.Take(options.DataFolder));
        try
        {
            await system.StartServicesAsync(options, cancellation);
            await system.WaitUntilReadyAsync(cancellation);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tells the addresses, and waits for Ctrl+C.</summary>
    public async Task WaitForStopAsync(Terminal terminal, CancellationToken cancellation)
    {
        terminal.WriteProgressLine("Serving until Ctrl+C:");
        foreach (var (name, address) in Addresses)
            terminal.WriteProgressLine($"  {name,-15} {address}");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            terminal.WriteProgressLine("Stopping…");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The gateway first: nothing then calls the services behind it.
        foreach (var service in Enumerable.Reverse(_services))
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }

        _lock.Dispose();
    }

    private async Task StartServicesAsync(EmbeddedSystemOptions options, CancellationToken cancellation)
    {
        var common = new Dictionary<string, string?> { [DataFolder.Key] = options.DataFolder };
        Addresses["extractor"] = await StartAsync(
            ExtractorHosting.Section,
            ExtractorHosting.DefaultPort,
            null,
            new(common) { ["Extractor:Weights"] = options.Model?.FullName, ["Extractor:Listen"] = options.UsesFreePorts ? FreePort : null },
            builder => builder.AddExtractor(),
            app => app.MapExtractor(),
            cancellation);
        Addresses["global_index"] = await StartAsync(
            GlobalIndexHosting.Section,
            GlobalIndexHosting.DefaultPort,
            null,
            new(common) { ["GlobalIndex:Listen"] = options.UsesFreePorts ? FreePort : null },
            builder => builder.AddGlobalIndex(),
            app => app.MapGlobalIndex(),
            cancellation);
        Addresses["local_verifier"] = await StartAsync(
            LocalVerifierHosting.Section,
            LocalVerifierHosting.DefaultPort,
            null,
            new(common) { ["LocalVerifier:Listen"] = options.UsesFreePorts ? FreePort : null },
            builder => builder.AddLocalVerifier(),
            app => app.MapLocalVerifier(),
            cancellation);
        Addresses["gateway"] = await StartAsync(
            GatewayHosting.Section,
            GatewayHosting.DefaultPort,
            GatewayHosting.DefaultHttpPort,
            new(common)
            {
                ["Gateway:Extractor"] = Addresses["extractor"],
                ["Gateway:GlobalIndex"] = Addresses["global_index"],
                ["Gateway:LocalVerifier"] = Addresses["local_verifier"],
                ["Gateway:Listen"] = AddressOf(options.GatewayPort, options.UsesFreePorts),
                ["Gateway:HttpListen"] = AddressOf(options.GatewayHttpPort, options.UsesFreePorts),
            },
            builder => builder.AddGateway(),
            app => app.MapGateway(),
            cancellation);
        Addresses["gateway_http"] = _services[^1].Urls.Last();
    }

    private async Task<string> StartAsync(
        string section,
        int port,
        int? httpPort,
        Dictionary<string, string?> settings,
        Action<WebApplicationBuilder> add,
        Action<WebApplication> map,
        CancellationToken cancellation)
    {
        // The working directory is the user's: nothing in it is configuration or content.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.AddServiceDefaults(section, port, httpPort);
        // Last, so that what the command line says wins.
        builder.Configuration.AddInMemoryCollection(settings.Where(setting => setting.Value is not null));
        add(builder);
        var app = builder.Build();
        _services.Add(app);
        app.MapServiceDefaults();
        map(app);
        await app.StartAsync(cancellation);
        return app.Urls.First();
    }

    private static string? AddressOf(int? port, bool usesFreePorts) => port is { } chosen ? $"http://127.0.0.1:{chosen}" : usesFreePorts ? FreePort : null;

    private async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        using var channel = GrpcChannel.ForAddress(Address);
        var health = new Health.HealthClient(channel);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(ReadySeconds));
        try
        {
            while ((await health.CheckAsync(new HealthCheckRequest(), cancellationToken: limit.Token)).Status != HealthCheckResponse.Types.ServingStatus.Serving)
                await Task.Delay(_readyPause, limit.Token);
        }
        catch (Exception failure) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new CommandFailedException($"The services are not ready after {ReadySeconds} s: {failure.Message}");
        }
    }
}
