using Delg.EndToEnd.Tests.Observability;
using Delg.EndToEnd.Tests.Processes;
using Delg.ServiceDefaults.Tests;
using Delg.V1;
using Grpc.Net.Client;

namespace Delg.EndToEnd.Tests.FourProcesses;

/// <summary>The whole system as four processes with embedded stores, for one class of tests.</summary>
public sealed class FourServices : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new();
    private readonly Dictionary<string, ServiceProcess> _services = [];
    private GrpcChannel? _channel;
    private TraceCollector? _traces;

    /// <summary>Where the gateway takes gRPC.</summary>
    public Uri Address => new(_services["gateway"].Address);

    /// <summary>Where the gateway takes HTTP.</summary>
    public Uri HttpAddress { get; } = new($"http://127.0.0.1:{FreePort.Take()}");

    public string GatewayAddress => _services["gateway"].Address;

    /// <summary>The gateway, where everything goes.</summary>
    internal ImageSearchService.ImageSearchServiceClient Gateway { get; private set; } = null!;

    /// <summary>What the services told of what they did.</summary>
    internal TraceCollector Traces => _traces!;

    /// <summary>The processes by what they are called in messages.</summary>
    internal IReadOnlyDictionary<string, ServiceProcess> Services => _services;

    public async ValueTask InitializeAsync()
    {
        _traces = await TraceCollector.StartAsync();
        _services["extractor"] = new("Delg.Extractor", "Extractor", Settings());
        _services["global index"] = new("Delg.GlobalIndex", "GlobalIndex", Settings(("DELG_DataFolder", _data.Below("index"))));
        _services["local verifier"] = new("Delg.LocalVerifier", "LocalVerifier", Settings(("DELG_DataFolder", _data.Below("verifier"))));
        _services["gateway"] = new("Delg.Gateway", "Gateway", Settings(
            ("DELG_Gateway__HttpListen", HttpAddress.AbsoluteUri),
            ("DELG_Gateway__Extractor", _services["extractor"].Address),
            ("DELG_Gateway__GlobalIndex", _services["global index"].Address),
            ("DELG_Gateway__LocalVerifier", _services["local verifier"].Address)));
        foreach (var service in _services.Values)
            service.Start();
        await Task.WhenAll(_services.Values.Select(service => service.ReadyAsync(TestContext.Current.CancellationToken)));
        _channel = GrpcChannel.ForAddress(_services["gateway"].Address);
        Gateway = new ImageSearchService.ImageSearchServiceClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        foreach (var service in _services.Values)
            await service.DisposeAsync();
        _data.Dispose();
        if (_traces is not null)
            await _traces.DisposeAsync();
    }

    private Dictionary<string, string> Settings(params IEnumerable<(string Name, string Value)> settings) =>
        new([.. settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)), .. Traces.Environment]);

    /// <summary>Ends a service without warning.</summary>
    internal Task KillAsync(string service) => _services[service].KillAsync();

    /// <summary>Starts killed services again and waits until the gateway, too, finds everything ready.</summary>
    internal async Task RestartAsync(params string[] services)
    {
        foreach (var service in services)
            _services[service].Start();
        await Task.WhenAll(services.Append("gateway").Select(service => _services[service].ReadyAsync(TestContext.Current.CancellationToken)));
    }
}
