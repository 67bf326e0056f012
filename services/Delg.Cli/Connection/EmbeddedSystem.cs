using System.Globalization;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.ServiceDefaults.Hosting;
using Delg.Standalone;

namespace Delg.Cli.Connection;

/// <summary>The four services with embedded stores inside this process, alone on their data folder.</summary>
internal sealed class EmbeddedSystem : IAsyncDisposable
{
    private const string Loopback = "http://127.0.0.1";

    private readonly DataFolderLock _lock;
    private readonly StandaloneSystem _system;

    private EmbeddedSystem(DataFolderLock folder, StandaloneSystem system)
    {
        _lock = folder;
        _system = system;
        var addresses = system.Addresses;
        Addresses = new()
        {
            ["gateway"] = Text(addresses.Gateway),
            ["gateway_http"] = Text(addresses.GatewayHttp),
            ["extractor"] = Text(addresses.Extractor),
            ["global_index"] = Text(addresses.GlobalIndex),
            ["local_verifier"] = Text(addresses.LocalVerifier),
        };
    }

    /// <summary>The gateway's gRPC address.</summary>
    public string Address => Addresses["gateway"];

    /// <summary>All addresses by name.</summary>
    public OrderedDictionary<string, string> Addresses { get; }

    /// <summary>Starts all services and waits until they are ready.</summary>
    /// <exception cref="CommandFailedException">Another process uses the data folder.</exception>
    /// <exception cref="ServiceStartException">A service does not come up.</exception>
    public static async Task<EmbeddedSystem> StartAsync(EmbeddedSystemOptions options, CancellationToken cancellation)
    {
        var folder = DataFolderLock.Take(options.DataFolder);
        try
        {
            var system = await StandaloneSystem.StartAsync(
                new StandaloneOptions { DataFolder = options.DataFolder, UseFreePorts = options.UsesFreePorts, IsQuiet = true, Settings = SettingsOf(options) },
                cancellation);
            return new EmbeddedSystem(folder, system);
        }
        catch
        {
            folder.Dispose();
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
        await _system.DisposeAsync();
        _lock.Dispose();
    }

    private static Dictionary<string, string?> SettingsOf(EmbeddedSystemOptions options)
    {
        var settings = new Dictionary<string, string?>
        {
            // While a system starts, its checks fail and calls between its parts time out: nothing to tell a person at a terminal.
            ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",
            ["Logging:LogLevel:Grpc"] = "Error",
        };
        if (options.Model is { } model)
            settings["Extractor:Weights"] = model.FullName;
        if (options.ExtractTimeoutSeconds is { } seconds)
            settings["Gateway:ExtractTimeoutSeconds"] = seconds.ToString(CultureInfo.InvariantCulture);
        if (options.GatewayPort is { } port)
            settings["Gateway:Listen"] = $"{Loopback}:{port}";
        if (options.GatewayHttpPort is { } httpPort)
            settings["Gateway:HttpListen"] = $"{Loopback}:{httpPort}";
        return settings;
    }

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
