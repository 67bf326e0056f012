using System.Net.Security;
using Delg.EndToEnd.Tests.Processes;
using Delg.ServiceDefaults.Tests;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Delg.EndToEnd.Tests.FourProcesses;

/// <summary>One service on a free port of loopback, that can be killed and started again on the same port.</summary>
/// <param name="project">Its program.</param>
/// <param name="section">Its configuration section.</param>
/// <param name="settings">Variables it gets beside its addresses.</param>
/// <param name="tls">How to call it encrypted; null: it is not.</param>
internal sealed class ServiceProcess(string project, string section, IReadOnlyDictionary<string, string> settings, SslClientAuthenticationOptions? tls = null) : IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly int _port = FreePort.Take();
    private ProgramRun? _run;

    public string Address => $"{(tls is null ? "http" : "https")}://127.0.0.1:{_port}";

    /// <summary>Where it answers with its metrics.</summary>
    public string MetricsAddress { get; } = $"http://127.0.0.1:{FreePort.Take()}";

    /// <summary>What it logged so far: a JSON object a line.</summary>
    public string Log => _run!.Output;

    public void Start()
    {
        var environment = new Dictionary<string, string>(settings)
        {
            [$"DELG_{section}__Listen"] = Address,
            [$"DELG_{section}__MetricsListen"] = MetricsAddress,
            [$"DELG_{section}__Logs"] = "Json",
        };
        _run = ProgramRun.Start(Product.ProgramOf(project), [], environment);
    }

    public Task KillAsync() => _run!.KillAsync();

    /// <summary>Waits until the service says over gRPC that it and what it needs are ready.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public async Task ReadyAsync(CancellationToken stop)
    {
        using var channel = Open(tls);
        var health = new Health.HealthClient(channel);
        while (!await IsServingAsync(health, stop))
        {
            if (_run!.HasExited)
                throw new InvalidOperationException($"{project} ended.\n{_run.Output}\n{_run.Error}");
            await Task.Delay(_pause, stop);
        }
    }

    /// <summary>A channel to it.</summary>
    public GrpcChannel Open(SslClientAuthenticationOptions? tls) => GrpcChannel.ForAddress(
        Address, new GrpcChannelOptions { HttpHandler = tls is null ? null : new SocketsHttpHandler { SslOptions = tls }, DisposeHttpClient = true });

    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
            await _run.DisposeAsync();
    }

    private static async Task<bool> IsServingAsync(Health.HealthClient health, CancellationToken stop)
    {
        try
        {
            var answer = await health.CheckAsync(new HealthCheckRequest(), cancellationToken: stop);
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (RpcException failure) when (failure.StatusCode is StatusCode.Unavailable or StatusCode.NotFound)
        {
            return false;
        }
    }
}
